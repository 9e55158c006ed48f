"""Works of the tests are done at once, in the test's own thread: no worker is needed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import timezone

from ales import registry, tenancy
from ales.works import operations, running
from ales.works.bulk import Choice
from ales.works.imports import check_upload
from ales.works.models import Work, WorkLine


@pytest.fixture
def nudged(monkeypatch) -> list:
    """What workers were told, and nothing is done of it."""
    told = []
    monkeypatch.setattr(running, "nudge", lambda public_id, **options: told.append(public_id))
    monkeypatch.setattr(operations, "nudge", lambda public_id, **options: told.append(public_id))
    return told


def ask_export(actor, name: str, *, format: str = "csv", filters: str = "", ids=()) -> Work:
    with tenancy.tenant(actor.context):
        return operations.ask_export(
            actor=actor,
            export=registry.work_kinds[f"export:{name}"],
            format=format,
            filters=QueryDict(filters),
            ids=ids,
            at=timezone.now(),
        )


def reread(actor, work: Work) -> Work:
    with tenancy.tenant(actor.context):
        return Work.objects.get(pk=work.pk)


def run_to_end(actor, work: Work) -> Work:
    """Slice after slice, until no worker has more to do."""
    for _slice in range(100):
        running.run(work.public_id)
        work = reread(actor, work)
        if not work.is_under_way:
            return work
    raise AssertionError("the work never ends")


def plan_bulk(actor, name: str, *, ids=(), filters: str = "") -> Work:
    with tenancy.tenant(actor.context):
        return operations.plan_bulk(
            actor=actor,
            bulk=registry.work_kinds[f"bulk:{name}"],
            choice=Choice(QueryDict(filters), tuple(ids)),
            at=timezone.now(),
        )


def confirm(actor, work: Work, **answers: str) -> Work:
    with tenancy.tenant(actor.context):
        return operations.confirm(actor=actor, work_id=work.public_id, answers=answers, at=timezone.now())


def ask_import(actor, name: str, content: bytes, file_name: str = "lignes.csv") -> Work:
    kind = registry.work_kinds[f"import:{name}"]
    uploaded = SimpleUploadedFile(file_name, content)
    with tenancy.tenant(actor.context):
        check_upload(kind, actor, uploaded)
        return operations.ask_import(
            actor=actor, kind=kind, uploaded=uploaded, file_name=file_name, at=timezone.now()
        )


def lines_of(actor, work: Work) -> list[WorkLine]:
    with tenancy.tenant(actor.context):
        return list(work.lines.order_by("position"))
