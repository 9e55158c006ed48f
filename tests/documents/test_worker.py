"""The production queue through a real Celery worker, killed with SIGKILL at each step."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from ales import registry, tenancy
from ales.documents import production
from ales.documents.models import JobState, ProductionJob, StoredDocument
from ales.documents.production import FileBuilder
from tests.documents.dying_builder import KIND, STEPS

pytestmark = [pytest.mark.queue, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds
OPTIONS = ("--pool", "solo", "--include", "tests.documents.dying_builder", "--loglevel", "INFO")


class Worker:
    """`celery worker` in a process of its own, on the test database, with its own broker and files."""

    def __init__(self, folder: Path, die_at: str = "") -> None:
        self.folder = folder
        login = connection.settings_dict
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        environment |= {
            "ALES_VAR": str(folder),
            "DATABASE_URL": make_conninfo(
                host=login["HOST"],
                port=login["PORT"] or None,
                user=login["USER"],
                password=login["PASSWORD"],
                dbname=login["NAME"],
            ),
            "DEBUG": "1",
            "PYTHONPATH": str(REPOSITORY),
            "ALES_TEST_DIE": f"{die_at}:{folder / 'died'}" if die_at else "",
        }
        self.log = (folder / "worker.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "ales.celery", "worker", *OPTIONS, "--queues", queue()],
            cwd=REPOSITORY,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()


def queue() -> str:
    """A queue of this run's own, so that a shared Redis isn't disturbed."""
    return f"ales-test-{os.getpid()}"


@pytest.fixture
def var(tmp_path, monkeypatch) -> Path:
    """The worker's folder; our own messages go to its broker, and we look for files where it puts them."""
    for name in ("messages", "control"):
        (tmp_path / "queue" / name).mkdir(parents=True)
    sender = Celery("sender", broker=os.environ.get("REDIS_URL") or "filesystem://")
    sender.conf.task_default_queue = queue()
    if not os.environ.get("REDIS_URL"):
        sender.conf.broker_transport_options = {
            "data_folder_in": str(tmp_path / "queue/messages"),
            "data_folder_out": str(tmp_path / "queue/messages"),
            "control_folder": str(tmp_path / "queue/control"),
        }
    monkeypatch.setattr(production.app, "send_task", sender.send_task)
    yield tmp_path
    sender.close()
    shutil.rmtree(tmp_path, ignore_errors=True)


def want(actor, text: str = "bonjour") -> ProductionJob:
    registry.document_builders.setdefault(KIND, FileBuilder(lambda payload: b"", "text/plain"))
    with tenancy.tenant(actor.context):
        return production.enqueue(
            kind=KIND,
            subject_kind="case",
            subject_id=uuid.uuid4(),
            unique_key=f"dying-{uuid.uuid4()}",
            payload={"text": text},
            title="Note",
            file_name="note.txt",
            organisation_id=actor.organisation_id,
            audience="SOCIAL",
            created_by_id=actor.user_id,
        )


def state_of(job: ProductionJob) -> str:
    with tenancy.tenant(tenancy.WORKER):
        return ProductionJob.objects.get(pk=job.pk).state


def wait_for(condition, worker: Worker) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, (worker.folder / "worker.log").read_text()[-4000:]
        time.sleep(0.2)


def time_passes() -> None:
    """The lease of the dead worker is over, and the message is old."""
    past = timezone.now() - timezone.timedelta(hours=1)
    with tenancy.tenant(tenancy.WORKER):
        ProductionJob.objects.exclude(state=JobState.DONE).update(created_at=past)
        ProductionJob.objects.filter(state=JobState.RUNNING).update(lease_until=past)


def files_in(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_a_step_leaves_one_document(world, var, step):
    job = want(world.claire)
    worker = Worker(var, die_at=step)
    try:
        wait_for(lambda: worker.process.poll() is not None, worker)
    finally:
        worker.stop()
    assert (var / "died").exists()
    assert state_of(job) == {
        "lease": JobState.QUEUED,
        "done": JobState.DONE,
    }.get(step, JobState.RUNNING)

    time_passes()
    assert production.sweep() == (0 if step == "done" else 1)
    for _ in range(2):
        production.nudge(job.public_id)  # a message may always come twice
    worker = Worker(var, die_at=step)
    last = want(world.claire, "fini")
    try:
        wait_for(lambda: state_of(last) == JobState.DONE and state_of(job) == JobState.DONE, worker)
    finally:
        worker.stop()

    with tenancy.tenant(tenancy.WORKER):
        documents = list(StoredDocument.objects.filter(subject_id=job.subject_id))
    assert [document.public_id for document in documents] == [job.public_id]
    assert (var / "files" / documents[0].file.name).read_bytes() == b"bonjour"
    assert len(files_in(var)) == 2
