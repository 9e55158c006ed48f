"""Who opens which file: the policies, the QuerySet that mirrors them, and the pages."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.db import ProgrammingError, transaction
from django.urls import reverse

from ales import registry, tenancy
from ales.documents import production
from ales.documents.links import file_of_document, file_of_job
from ales.documents.models import Audience, JobState, ProductionJob, StoredDocument
from ales.documents.production import FileBuilder

KIND = "test-letter"

#: Audience -> who of the world opens a document of `cil` about a tenant of `landlord`.
READERS = {
    "MANAGER": {"marc"},
    "SOCIAL": {"claire", "cecile", "marc"},
    "MONEY": {"marc", "anne", "theo"},
    "LANDLORD": {"claire", "cecile", "marc", "lea", "anne", "theo"},
    "ASSOCIATION": {"anne", "theo"},
    "TO_ASSOC": {"claire", "cecile", "marc", "anne", "theo"},
    "TO_LANDLORD": {"claire", "cecile", "marc", "lea"},
}
#: Of files joined to messages.
JOINED = {"TO_ASSOC", "TO_LANDLORD"}
PEOPLE = (
    "claire",
    "cecile",
    "marc",
    "denis",
    "diane",
    "lea",
    "louis",
    "sonia",
    "rachid",
    "anne",
    "theo",
    "bruno",
)


@pytest.fixture
def letters(world, monkeypatch) -> dict[str, ProductionJob]:
    """One produced letter an audience."""
    monkeypatch.setitem(
        registry.document_builders, KIND, FileBuilder(lambda payload: b"%PDF-1.4", "application/pdf")
    )
    jobs = {audience: letter(world, audience) for audience in Audience.values}
    for job in jobs.values():
        production.produce(job.public_id)
    return jobs


def letter(world, audience: str, key: str = "") -> ProductionJob:
    with tenancy.tenant(world.claire.context):
        return production.enqueue(
            kind=KIND,
            subject_kind="case",
            subject_id=uuid.UUID(int=7),
            unique_key=f"letter-{audience}-{key}",
            payload={},
            title=f"Courrier {audience}",
            file_name="courrier été.pdf",
            organisation_id=world.cil.pk,
            landlord_id=world.landlord.pk,
            audience=audience,
            created_by_id=world.claire.user_id,
        )


def refresh(job: ProductionJob) -> ProductionJob:
    with tenancy.tenant(tenancy.WORKER):
        return ProductionJob.objects.select_related("document").get(pk=job.pk)


@pytest.mark.database
@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("model", [StoredDocument, ProductionJob])
def test_policy_and_queryset_open_the_same_rows(world, letters, model, name):
    actor = getattr(world, name)
    expected = {audience for audience, readers in READERS.items() if name in readers}
    if model is ProductionJob:
        expected -= JOINED  # sent by people: no job makes one
    with tenancy.tenant(actor.context):
        assert set(model.objects.values_list("audience", flat=True)) == expected
    with tenancy.tenant(tenancy.WORKER):
        assert set(model.objects.visible_to(actor).values_list("audience", flat=True)) == expected


@pytest.mark.database
def test_without_a_context_there_is_nothing(world, letters):
    with tenancy.tenant(None):
        assert not StoredDocument.objects.exists()
        assert not ProductionJob.objects.exists()
    assert not StoredDocument.objects.visible_to(None).exists()


@pytest.mark.database
@pytest.mark.parametrize(
    "change",
    [
        lambda job: ProductionJob.objects.filter(pk=job.pk).update(state="QUEUED"),
        lambda job: ProductionJob.objects.filter(pk=job.pk).delete()[0],
    ],
)
def test_a_person_changes_no_job(world, letters, change):
    with tenancy.tenant(world.claire.context):
        assert change(letters["SOCIAL"]) == 0
    assert refresh(letters["SOCIAL"]).state == JobState.DONE


@pytest.mark.database
def test_nobody_rewrites_a_document(world, letters):
    with (
        tenancy.tenant(tenancy.WORKER),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        StoredDocument.objects.update(title="autre")


@pytest.mark.database
def test_nobody_files_a_document_in_another_organisation(world):
    document = StoredDocument(
        organisation_id=world.other_cil.pk,
        audience="SOCIAL",
        subject_kind="case",
        subject_id=uuid.uuid4(),
        kind="proof",
        title="x",
        file_name="x.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
    )
    document.file.save("x", ContentFile(b"x"), save=False)
    with (
        tenancy.tenant(world.claire.context),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        document.save()


@pytest.mark.parametrize("name", PEOPLE)
def test_download_for_its_readers_404_for_others(world, letters, sign_in, name):
    client = sign_in(getattr(world, name))
    for audience, readers in READERS.items():
        job = refresh(letters[audience])
        answer = client.get(reverse("documents:download", args=[job.document.public_id]))
        fragment = client.get(reverse("documents:job", args=[job.public_id]))
        again = client.post(reverse("documents:retry", args=[job.public_id]))
        if name in readers:
            assert b"".join(answer.streaming_content) == b"%PDF-1.4"
            job_pages = (404, 404) if audience in JOINED else (200, 302)
            assert (fragment.status_code, again.status_code) == job_pages
        else:
            assert (answer.status_code, fragment.status_code, again.status_code) == (404, 404, 404)


def test_strangers_are_sent_to_sign_in(world, letters, client):
    job = refresh(letters["SOCIAL"])
    for name in ("download", "job"):
        answer = client.get(reverse(f"documents:{name}", args=[job.public_id]))
        assert answer.status_code == 302
        assert answer.url.startswith("/connexion/")


def test_nothing_runs_in_a_downloaded_file(world, letters, sign_in):
    client = sign_in(world.claire)
    url = reverse("documents:download", args=[refresh(letters["SOCIAL"]).document.public_id])
    answer = client.get(url)
    assert b"".join(answer.streaming_content)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert (
        answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''courrier%20%C3%A9t%C3%A9.pdf"
    )
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    shown = client.get(url, {"voir": "1"})
    assert b"".join(shown.streaming_content)
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert client.post(url).status_code == 405


def test_the_link_waits_then_becomes_the_file(world, letters, sign_in):
    client = sign_in(world.claire)
    job = letter(world, "SOCIAL", key="new")
    poll = reverse("documents:job", args=[job.public_id])
    waiting = client.get(poll, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{poll}"' in waiting
    assert "Bientôt prêt" in waiting
    production.produce(job.public_id)
    ready = client.get(poll, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in ready
    assert reverse("documents:download", args=[refresh(job).document.public_id]) in ready
    assert "!! undefined" not in waiting + ready


def test_a_failed_job_is_tried_again_by_a_person(world, letters, sign_in, monkeypatch):
    sent = []
    monkeypatch.setattr(production, "nudge", sent.append)
    client = sign_in(world.claire)
    job = letter(world, "SOCIAL", key="failed")
    with tenancy.tenant(tenancy.WORKER):
        ProductionJob.objects.filter(pk=job.pk).update(state="FAILED", attempts=5, error="LookupError")
    fragment = client.get(reverse("documents:job", args=[job.public_id])).content.decode()
    retry = reverse("documents:retry", args=[job.public_id])
    assert f'action="{retry}"' in fragment
    assert "csrfmiddlewaretoken" in fragment
    answer = client.post(retry, headers={"HX-Request": "true"})
    assert "Bientôt prêt" in answer.content.decode()
    assert (refresh(job).attempts, refresh(job).error) == (0, "")
    assert client.get(retry).status_code == 405


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("http://testserver/dossiers/1/", "http://testserver/dossiers/1/"),
        ("https://ailleurs.example/", "/tableau-de-bord/"),
        ("", "/tableau-de-bord/"),
    ],
)
def test_without_javascript_a_retry_returns_to_its_page(world, letters, sign_in, referer, target):
    job = letters["SOCIAL"]
    answer = sign_in(world.claire).post(
        reverse("documents:retry", args=[job.public_id]), headers={"Referer": referer}
    )
    assert (answer.status_code, answer.url) == (302, target)
    assert refresh(job).state == JobState.DONE, "a finished document is left alone"


def test_links_carry_what_the_component_wants(world, letters):
    job = refresh(letters["SOCIAL"])
    link = file_of_job(job)
    assert link == file_of_document(job.document)
    assert (link["state"], link["kind"], link["size"]) == ("ready", "PDF", 8)
