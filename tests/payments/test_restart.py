"""The PostgreSQL server itself restarted under a request, a worker and a reader; and Redis gone.

A server of this module's own (ales/embedded.py in a folder apart), the product before it as in production:
gunicorn, a Celery worker, Redis where the machine has one. The request is held inside its transaction by a
lock on the last table it writes, the server is stopped and started by `pg_ctl`, and the same processes go on.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from ales.embedded_place import Place, binaries, place, run_as_server

# On servers of its own: nothing to repeat on others.
pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds
HOLD = "import sys; print('up', flush=True); sys.stdin.read()"
SCENE = "import django; django.setup(); from tests.payments.restart_scene import main; main()"
SWEEP = "import django; django.setup(); from ales.documents import production; production.sweep()"
TOKEN = "a" * 32
#: What the suite runs under and these processes must not.
NOT_OURS = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "BACKUP_DATABASE_URL", "REDIS_URL")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    limit = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < limit, what
        time.sleep(0.1)
    return found


@dataclass
class Answer:
    status: int
    text: str


@dataclass
class Stack:
    """The product on servers of its own; each process is ended with it."""

    folder: Path
    where: Place
    redis_port: int | None
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list)
    session: str = ""

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "ALES_VAR": str(self.where.var),
            # What is committed stays, or a lost answer would prove nothing.
            "ALES_EMBEDDED_FSYNC": "on",
            "DJANGO_SETTINGS_MODULE": "ales.settings",
            "DEBUG": "1",
            "PYTHONPATH": str(REPOSITORY),
        }
        if self.redis_port:
            ours["REDIS_URL"] = f"redis://127.0.0.1:{self.redis_port}/0"
        return {name: value for name, value in os.environ.items() if name not in NOT_OURS} | ours

    # --- Processes ----------------------------------------------------------------------------------------

    def start(self, name: str, *command: str, **options: Any) -> subprocess.Popen[str]:
        log = (self.folder / f"{name}.log").open("a")
        defaults = {"stdout": log, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=self.environment, text=True, **{**defaults, **options}
        )
        log.close()
        self.processes[name] = process
        return process

    def run(self, *arguments: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-4000:]

    def start_redis(self) -> None:
        if self.redis_port:
            options = ("--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder))
            self.start("redis", "redis-server", "--port", str(self.redis_port), *options)

    def stop_redis(self) -> None:
        self.processes["redis"].send_signal(signal.SIGKILL)
        self.processes.pop("redis").wait()

    def open(self) -> None:
        python = (sys.executable, "-m")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": None}
        holder = self.start(
            "holder", *python, "ales.embedded", "exec", "--", sys.executable, "-c", HOLD, **pipes
        )
        assert holder.stdout.readline() == "up\n"
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.start_redis()
        told = json.loads(self.run("-c", SCENE).splitlines()[-1])
        self.orders, self.session = told["orders"], told["session"]
        self.start("web", *python, "gunicorn", "ales.wsgi:application", "--bind", f"127.0.0.1:{self.port}")
        options = ("--pool", "prefork", "--concurrency", "1", "--without-gossip", "--without-mingle")
        self.start("worker", *python, "celery", "--app", "ales.celery:app", "worker", *options)
        wait_until(self.is_serving, "the web process doesn't answer")
        wait_until(lambda: not self.waiting_jobs(), "the worker makes no document")

    def close(self) -> None:
        for name in ("web", "worker"):
            if name in self.processes:
                self.processes[name].terminate()
        for name, process in self.processes.items():
            if name == "holder":
                process.stdin.close()
            elif name == "redis":
                process.terminate()
            process.wait(timeout=PATIENCE)
        if holder := self.processes.get("holder"):
            holder.stdout.close()
        self.run("-m", "ales.embedded", "remove")

    # --- The server ---------------------------------------------------------------------------------------

    def control(self, action: str, *options: str) -> None:
        where = ("-D", self.where.data, "-l", self.where.log) if action != "stop" else ("-D", self.where.data)
        done = run_as_server(
            self.where, binaries(self.where) / "pg_ctl", action, "-w", "-t", "30", "-s", *where, *options
        )
        assert done.returncode == 0, done.stderr

    def as_superuser(self) -> psycopg.Connection:
        address = make_conninfo(host=str(self.where.sockets), user="postgres", dbname="ales")
        return psycopg.connect(address, autocommit=True)

    def ask(self, query: str, *parameters: Any) -> Any:
        """The first column of the first row; None where there is none."""
        with self.as_superuser() as connection:
            row = connection.execute(query, parameters).fetchone()
        return row[0] if row else None

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Nobody adds to the table meanwhile; a server that goes away takes the lock along."""
        connection = self.as_superuser()
        connection.autocommit = False
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
        try:
            yield
        finally:
            connection.close()

    def somebody_waits(self) -> bool:
        """A session of the application is inside its transaction, waiting for a lock."""
        return self.ask(
            "SELECT count(*) > 0 FROM pg_stat_activity"
            " WHERE usename = 'ales_app' AND wait_event_type = 'Lock' AND xact_start IS NOT NULL"
        )

    # --- What stands --------------------------------------------------------------------------------------

    def order(self, public_id: str) -> str:
        """Its state, what the ledger paid for it, its terms' states and its advices, in a line."""
        return self.ask(
            "SELECT format('%%s, %%s paid, %%s, %%s advices', payment.state,"
            " (SELECT count(*) FROM members_fundentry WHERE cause_id = payment.public_id),"
            " (SELECT string_agg(DISTINCT term.state, ' ') FROM payments_paymentorderline AS line"
            "  JOIN aids_rentterm AS term ON term.id = line.term_id WHERE line.order_id = payment.id),"
            " (SELECT count(*) FROM payments_paymentadvice AS advice WHERE advice.order_id = payment.id))"
            " FROM payments_paymentorder AS payment WHERE public_id = %s",
            public_id,
        )

    def waiting_jobs(self) -> int:
        return self.ask("SELECT count(*) FROM documents_productionjob WHERE state <> 'DONE'")

    # --- The browser --------------------------------------------------------------------------------------

    def request(self, method: str, path: str, body: str | None = None, *, stranger: bool = False) -> Answer:
        """By Théo, signed in; by nobody known when a `stranger` asks."""
        browser = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {
            "Cookie": f"csrftoken={TOKEN}" if stranger else f"sessionid={self.session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            browser.request(method, path, body, headers)
            answer = browser.getresponse()
            return Answer(answer.status, answer.read().decode())
        finally:
            browser.close()

    def execute(self, public_id: str) -> Answer:
        today = timezone.localdate().strftime("%d/%m/%Y")
        return self.request("POST", f"/paiements/{public_id}/virement/", f"executed_on={today}")

    def is_serving(self) -> bool:
        try:
            return self.request("GET", "/sante/").status == 200
        except OSError:
            assert self.processes["web"].poll() is None, self.log_of("web")
            return False


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    # Every account may enter, unlike `tmp_path`: as root the server runs as another.
    folder = Path(tempfile.mkdtemp(prefix="ales-restart-", dir="/tmp"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALES_VAR", str(folder / "var"))
        where = place()
    stack = Stack(folder, where, free_port() if shutil.which("redis-server") else None)
    try:
        stack.open()
        yield stack
    finally:
        stack.close()
        shutil.rmtree(folder)


SIGNED = "signed, 0 paid, ORDERED, 0 advices"
EXECUTED = "executed, 1 paid, PAID, 1 advices"


def no_fault(stack: Stack) -> None:
    assert "aucune anomalie" in stack.run("manage.py", "check_ledger")


@pytest.mark.parametrize(("rank", "mode"), list(enumerate(["fast", "immediate"])))
def test_a_server_restarted_under_a_payment_leaves_nothing_half_written(stack, rank, mode):
    """Everything but the advice is written when the server goes; immediate is a crash, with its recovery."""
    order, answers = stack.orders[rank], []
    paying = threading.Thread(target=lambda: answers.append(stack.execute(order)))
    with stack.locked("payments_paymentadvice"):
        paying.start()
        wait_until(stack.somebody_waits, "the request never came to its last table")
        stack.control("restart", "-m", mode)
    paying.join(PATIENCE)
    (answer,) = answers
    assert (answer.status, "interrompu quelques instants" in answer.text) == (503, True), answer.text[:2000]
    assert stack.order(order) == SIGNED
    no_fault(stack)

    # The same processes go on, on new connections; the worker makes the documents.
    assert stack.execute(order).status == 302, stack.log_of("web")
    assert stack.order(order) == EXECUTED
    wait_until(lambda: not stack.waiting_jobs(), "the worker doesn't resume: " + stack.log_of("worker"))
    no_fault(stack)


def test_a_page_asked_while_the_server_is_down_says_so_and_comes_back(stack):
    assert stack.request("GET", "/paiements/").status == 200
    stack.control("stop", "-m", "fast")
    try:
        answers = [stack.request("GET", path) for path in ("/paiements/", "/connexion/", "/sante/")]
    finally:
        stack.control("start")
    assert [answer.status for answer in answers] == [503] * 3
    assert "interrompu quelques instants" in answers[0].text
    assert "Traceback" not in answers[0].text
    assert stack.request("GET", "/paiements/").status == 200


def test_a_server_restarted_under_the_worker_loses_no_document(stack):
    """The worker stands between its lease and its document; the sweeper gives the job to it again."""
    with stack.locked("documents_storeddocument"):
        assert stack.execute(stack.orders[2]).status == 302
        wait_until(stack.somebody_waits, "the worker never stored: " + stack.log_of("worker"))
        stack.control("restart", "-m", "immediate")
    assert stack.processes["worker"].poll() is None
    stack.ask(
        "UPDATE documents_productionjob SET lease_until = now() - interval '1 hour',"
        " created_at = now() - interval '1 hour' WHERE state <> 'DONE' RETURNING id"
    )
    stack.run("-c", SWEEP)
    wait_until(lambda: not stack.waiting_jobs(), "the worker doesn't resume: " + stack.log_of("worker"))
    files = [path for path in (stack.where.var / "files").rglob("*") if path.is_file()]
    jobs = stack.ask("SELECT count(*) FROM documents_productionjob")
    assert (len(files), stack.ask("SELECT count(*) FROM documents_storeddocument")) == (jobs, jobs)
    no_fault(stack)


def test_without_redis_payments_go_on_and_sign_in_says_that_it_is_closed(stack):
    if not stack.redis_port:
        pytest.skip("no redis-server on this machine")
    stack.stop_redis()
    try:
        assert stack.execute(stack.orders[3]).status == 302, stack.log_of("web")
        assert stack.order(stack.orders[3]) == EXECUTED
        assert stack.request("GET", "/paiements/").status == 200
        typed = "login=theo%40test.example&password=wrong"
        # Attempts can't be counted: nobody may try.
        assert stack.request("POST", "/connexion/", typed, stranger=True).status == 503
    finally:
        stack.start_redis()
    stack.ask(
        "UPDATE documents_productionjob SET created_at = now() - interval '1 hour' WHERE state <> 'DONE'"
        " RETURNING id"
    )
    wait_until(lambda: _redis_answers(stack), "Redis doesn't start")
    stack.run("-c", SWEEP)
    wait_until(lambda: not stack.waiting_jobs(), "the worker doesn't resume: " + stack.log_of("worker"))
    no_fault(stack)


def _redis_answers(stack: Stack) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", stack.redis_port)) == 0
