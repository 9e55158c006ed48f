"""A clamd of the tests' own, on loopback: it reads INSTREAM as clamd does, and answers what it is told."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class FakeClamd:
    """`received` holds what was streamed; `answer` None cuts the line instead of answering."""

    def __init__(self, listener: socket.socket, answer: bytes | None) -> None:
        self.listener, self.answer, self.received = listener, answer, []

    def serve(self) -> None:
        while True:
            try:
                link, _address = self.listener.accept()
            except OSError:
                return
            with link:
                self.received.append(self._read(link))
                if self.answer is not None:
                    link.sendall(self.answer)

    def _read(self, link: socket.socket) -> bytes:
        stream = link.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", stream.read(4))[0]:
            content += stream.read(length)
        return content


@contextmanager
def running(answer: bytes | None = b"stream: OK\0", path: str = "") -> Iterator[tuple[FakeClamd, str]]:
    """A server and its CLAMD_URL: on a Unix socket at `path`, else on a free port of loopback."""
    listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    listener.bind(path or ("127.0.0.1", 0))
    listener.listen()
    server = FakeClamd(listener, answer)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server, f"unix://{path}" if path else f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # Closing alone leaves accept() waiting.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
