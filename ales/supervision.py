"""Run one command so that nothing it started outlives it, and it doesn't outlive us. Linux only."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

PATIENCE_SECONDS = 10
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def _nothing() -> None:
    pass


def run_child(
    command: Sequence[str], *, before: Callable[[], None] = _nothing, after: Callable[[], None] = _nothing
) -> int:
    """Call `before`, run the command, end what it left behind, call `after`; return its exit status.

    SIGINT, SIGTERM and SIGHUP are handed on to the command, whose end is then awaited. A command killed by a
    signal gives 128 + its number, as in a shell.
    """
    received: list[int] = []
    child: subprocess.Popen[bytes] | None = None

    def hand_on(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if child and child.poll() is None:
            child.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, hand_on)
    before()
    # From here on, orphans of the command become our children (the database started by `before` doesn't).
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        if received:
            return 128 + received[0]
        child = subprocess.Popen(command, preexec_fn=_end_with_parent)  # noqa: PLW1509 - no threads here
        if received:  # between the two lines above
            child.send_signal(signal.SIGTERM)
        status = child.wait()
        _end_orphans()
        return status if status >= 0 else 128 - status
    except FileNotFoundError as error:
        print(f"{command[0]}: {error.strerror}")
        return 127
    finally:
        after()


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _end_orphans() -> None:
    """Ask, then force, every process that the command left behind to end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    asked: set[int] = set()
    while orphans := _children():
        late = time.monotonic() > deadline
        for pid in orphans:
            if late or pid not in asked:
                asked.add(pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.05)


def _children() -> list[int]:
    """Our child processes, whoever started them (/proc/…/children is not in every kernel)."""
    mine = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{name}/stat").read_text()
                if int(status[status.rindex(")") + 2 :].split()[1]) == os.getpid():
                    mine.append(int(name))
    return mine
