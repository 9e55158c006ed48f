"""The PostgreSQL server of a machine that has none: the binaries of a wheel under our own launcher.

Each process that needs the server calls `hold()`; the first starts it, the last one to end stops it. Holders
share a `flock`, which the kernel drops with its process, so a holder killed hard leaves nothing behind.
Starting and stopping happen under a second, exclusive `flock`. The server listens on a socket in a private
folder only, never on TCP.

As root, which PostgreSQL refuses, the server runs as an ordinary account; where `var/` or the binaries lie in
a folder closed to it, its data and a copy of the binaries live in `/var/lib/ales-extranet-…` instead. No
folder's permissions are ever loosened. Linux only (/proc). Must not import Django: settings call `address`.

    python -m ales.embedded exec -- COMMAND…    hold, run the command, end all it started, let go
    python -m ales.embedded status | stop | remove
"""

import argparse
import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from ales.database_roles import DATABASE, ROLES, ensure_roles
from ales.embedded_place import (
    EmbeddedError,
    Place,
    binaries,
    is_private,
    make_private_folder,
    place,
    run_as_server,
    tail,
)
from ales.supervision import run_child

SUPERUSER = "postgres"
START_SECONDS = 60
STOP_SECONDS = 15
REMAINS_SECONDS = 10


def address(role: str) -> str:
    """The address of database `ales` for one of the logins of `database_roles.ROLES`. Starts nothing."""
    if role not in ROLES:
        raise ValueError(f"Unknown login {role!r}: expected one of {', '.join(ROLES)}.")
    return _url(place(), role, DATABASE)


def _url(where: Place, role: str, database: str) -> str:
    return f"postgresql://{role}@/{database}?host={quote(str(where.sockets), safe='')}"


# -- Holding ------------------------------------------------------------------------------------

_held: tuple[int, int] | None = None  # (process id, file descriptor of the shared lock)


def hold() -> None:
    """Have the server running until this process ends. Cheap and harmless when called again.

    Raises EmbeddedError when the server can't be started.
    """
    global _held  # noqa: PLW0603 - one lock per process is the very point
    if _held and _held[0] == os.getpid():
        return
    where = place()
    where.var.mkdir(mode=0o755, parents=True, exist_ok=True)
    with _mutex(where):
        descriptor = _open_lock(where, "postgres.holders")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if not _answers(where):
                _start(where)
            ensure_roles(_url(where, SUPERUSER, "postgres"))
        except BaseException:
            os.close(descriptor)
            raise
    _held = (os.getpid(), descriptor)
    atexit.register(release)


def release() -> None:
    """Let go of the server; it is stopped when nobody else holds it."""
    global _held  # noqa: PLW0603
    if not _held or _held[0] != os.getpid():  # a forked child shares the descriptor but holds nothing itself
        return
    where = place()
    with _mutex(where):
        os.close(_held[1])
        _held = None
        if not _is_held(where):
            _stop(where)


def _is_held(where: Place) -> bool:
    descriptor = _open_lock(where, "postgres.holders")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextlib.contextmanager
def _mutex(where: Place) -> Iterator[None]:
    descriptor = _open_lock(where, "postgres.mutex")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open_lock(where: Place, name: str) -> int:
    try:
        return os.open(where.var / name, os.O_RDONLY | os.O_CREAT, 0o644)
    except PermissionError as error:
        raise EmbeddedError(f"{where.var} belongs to another account: {error}") from error


# -- Starting and stopping (under the mutex) ----------------------------------------------------


def _start(where: Place) -> None:
    _clear_remains(where)
    make_private_folder(where, where.sockets)
    programs = binaries(where)
    if not (where.data / "PG_VERSION").exists():
        _initialise(where, programs)
    _write_settings(where)
    options = ("-w", "-t", START_SECONDS, "-s", "-D", where.data, "-l", where.log)
    result = run_as_server(where, programs / "pg_ctl", "start", *options)
    if result.returncode != 0 or not _answers(where):
        raise EmbeddedError(f"PostgreSQL did not start: {result.stderr.strip()}\n{tail(where.log)}")


def _stop(where: Place) -> None:
    for mode in ("fast", "immediate"):
        if _postmaster(where):
            # Fails after its whole patience when the postmaster died meanwhile: then nothing is left to stop.
            options = ("-w", "-t", STOP_SECONDS, "-s", "-D", where.data, "-m", mode)
            run_as_server(where, binaries(where) / "pg_ctl", "stop", *options)
    if not _postmaster(where):
        shutil.rmtree(where.sockets, ignore_errors=True)


def _initialise(where: Place, programs: Path) -> None:
    for unfinished in where.data.parent.glob("postgres.new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    # Renamed when complete, so that a half made folder is never taken for a database.
    fresh = where.data.parent / f"postgres.new-{os.getpid()}-{time.monotonic_ns()}"
    make_private_folder(where, fresh)
    options = (
        "--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C "
        "--auth-local=trust --auth-host=reject --no-sync --no-instructions"
    )
    result = run_as_server(where, programs / "initdb", "-D", fresh, "-U", SUPERUSER, *options.split())
    if result.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedError(f"The database could not be created: {result.stderr.strip()}")
    with (fresh / "postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude 'ales.conf'  # rewritten at each start by ales/embedded.py\n")
    fresh.rename(where.data)


def _write_settings(where: Place) -> None:
    durable = "off" if os.environ.get("ALES_EMBEDDED_FSYNC", "").lower() == "off" else "on"
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(where.sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "fsync": durable,
        "synchronous_commit": durable,
        "full_page_writes": durable,
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
    }
    path = where.data / "ales.conf"
    path.unlink(missing_ok=True)
    path.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
    path.chmod(0o600)
    if os.getuid() == 0:
        os.chown(path, where.uid, -1)


def _clear_remains(where: Place) -> None:
    """After a crash: end what still works on the data without a postmaster, and drop a pid file that lies."""
    deadline = time.monotonic() + REMAINS_SECONDS
    while remains := _processes_in(where):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"Processes of an earlier server don't end: {remains}")
        for pid in remains:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    # The number in both lock files may belong to a stranger by now, or in a container to a zombie that nobody
    # buries: PostgreSQL would refuse to start.
    (where.data / "postmaster.pid").unlink(missing_ok=True)
    if is_private(where.sockets, where.uid):
        shutil.rmtree(where.sockets)


def _answers(where: Place) -> bool:
    if not _postmaster(where) or not is_private(where.sockets, where.uid):
        return False
    return (
        run_as_server(where, binaries(where) / "pg_isready", "-q", "-h", where.sockets, "-t", 10).returncode
        == 0
    )


def _postmaster(where: Place) -> int | None:
    """The server's process id. Alive means at work in the data folder, not that the number is in use."""
    try:
        pid = int((where.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid > 0 and _works_in_data(where, pid) else None


def _processes_in(where: Place) -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _works_in_data(where, int(name))]


def _works_in_data(where: Place, pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
        command, state = status[status.index("(") + 1 : status.rindex(")")], status[status.rindex(")") + 2]
        if command != "postgres" or state == "Z":
            return False
        folder = os.readlink(f"/proc/{pid}/cwd")
    except PermissionError:
        if os.getuid() != 0:
            return False
        # Root without CAP_SYS_PTRACE, as in a container: only the account itself may look.
        folder = run_as_server(where, "readlink", f"/proc/{pid}/cwd").stdout.removesuffix("\n")
    except OSError:
        return False
    return folder == str(where.data)


# -- Command line -------------------------------------------------------------------------------


def _status(where: Place) -> int:
    pid = _postmaster(where)
    print(f"running, process {pid}, data in {where.data}" if pid else f"stopped, data in {where.data}")
    print(address(ROLES[0]))
    return 0 if pid else 3


def _end(where: Place, *, remove: bool) -> int:
    if where.var.is_dir():
        with _mutex(where):
            if _is_held(where):
                print(
                    "Still in use: end what uses it (make run, a test run) first.",
                    file=sys.stderr,
                )
                return 1
            _stop(where)
            if remove:
                shutil.rmtree(where.data, ignore_errors=True)
                shutil.rmtree(where.open_folder, ignore_errors=True)
    return 0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ales.embedded", description="The embedded server.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("exec", help="run a command with the server").add_argument("command", nargs="+")
    actions.add_parser("status", help="say whether it runs and where")
    actions.add_parser("stop", help="stop it, unless somebody uses it")
    actions.add_parser("remove", help="stop it and delete its data")
    options = parser.parse_args(arguments)
    try:
        if options.action == "status":
            return _status(place())
        if options.action in {"stop", "remove"}:
            return _end(place(), remove=options.action == "remove")
        if os.environ.get("DATABASE_URL"):  # another server serves: nothing to start
            return run_child(options.command)
        return run_child(options.command, before=hold, after=release)
    except EmbeddedError as error:
        print(f"embedded: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
