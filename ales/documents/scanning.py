"""A second opinion on uploads by clamd, where CLAMD_URL names one: its INSTREAM command (clamd(8)).

Our own client: the protocol is one exchange, and what matters is what is *not* clean. Only the answer
`stream: OK` is; a virus, an error of clamd, a limit reached, a connection cut or too slow are not. clamd must
run with `AlertExceedsMax yes` and `AlertEncrypted yes`: without them it answers OK for what it did not open.
Its `StreamMaxLength` must exceed UPLOAD_MAX_BYTES.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
CLEAN = b"stream: OK"
_LONGEST_ANSWER = 4096


class ScanError(Exception):
    """No opinion: clamd could not be reached, or did not answer as it should."""


class InfectedError(Exception):
    """clamd found something, or could not look inside."""


def scan(content: bytes) -> None:
    """Return when clamd says clean, or when none is configured.

    Raises InfectedError or ScanError; both mean that the file is not kept.
    """
    if not settings.CLAMD_URL:
        return
    try:
        answer = _ask(settings.CLAMD_URL, content)
    except (OSError, ValueError) as error:
        logger.error("clamd: no opinion (%s)", type(error).__name__)
        raise ScanError(str(error)) from error
    if answer == CLEAN:
        return
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        # The signature's name only: nothing of the file, nor of whom it is about.
        logger.warning("clamd: %s", answer.decode("ascii", "replace"))
        raise InfectedError(answer.decode("ascii", "replace"))
    logger.error("clamd: unexpected answer of %s bytes", len(answer))
    raise ScanError("unexpected answer")


def address_of(url: str) -> str | tuple[str, int]:
    """`unix:///run/clamav/clamd.ctl` → its path; `tcp://clamav:3310` → host and port.

    Raises ValueError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return parts.path
    if parts.scheme == "tcp" and parts.hostname:
        return parts.hostname, parts.port or 3310
    raise ValueError(f"CLAMD_URL: unix:///path or tcp://host:port expected, not {url!r}")


def _ask(url: str, content: bytes) -> bytes:
    with _connected(address_of(url)) as link:
        link.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            link.sendall(struct.pack("!I", len(chunk)) + chunk)
        link.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            received = link.recv(_LONGEST_ANSWER)
            if not received:
                raise ConnectionError("cut before the end of the answer")
            answer += received
            if len(answer) > _LONGEST_ANSWER:
                raise ValueError("endless answer")
    return answer[:-1]


def _connected(address: str | tuple[str, int]) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=settings.CLAMD_TIMEOUT)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(settings.CLAMD_TIMEOUT)
    try:
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link
