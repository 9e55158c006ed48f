"""/dossiers/<id>/partage/ and /dossiers/transferts/: who opens a case, and who follows it next."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from ales import tenancy
from cases.models import CaseEvent, CaseHandover, CaseShare
from members.models import User
from tests.cases.operations.test_handover import propose
from tests.cases.operations.test_sharing import share

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


def url(case, name="sharing", *args):
    return reverse(f"cases:{name}", args=[case.public_id, *args])


def text_of(answer) -> str:
    text = answer.content.decode()
    assert "!! undefined" not in text
    return text


def test_a_case_is_shared_from_its_page(world, sign_in, case):
    client = sign_in(world.claire)
    assert url(case) in text_of(client.get(url(case, "detail")))
    until = timezone.localdate() + dt.timedelta(days=40)
    typed = {
        "organisation": world.other_cil.public_id,
        "level": "READ",
        "ends_on": f"{until:%d/%m/%Y}",
        "reason": "Suivi commun",
    }
    assert client.post(url(case), typed).status_code == 302
    text = text_of(client.get(url(case)))
    assert "Autre CIL" in text
    assert "Suivi commun" in text
    assert "partagé avec Autre CIL" in text_of(client.get(reverse("cases:list")))


def test_what_was_typed_comes_back(world, sign_in, case):
    typed = {
        "organisation": world.other_cil.public_id,
        "level": "READ",
        "ends_on": "01/01/2090",
        "reason": "Ici",
    }
    answer = sign_in(world.claire).post(url(case), typed)
    assert answer.status_code == 422
    text = text_of(answer)
    assert "douze mois au plus" in text
    assert "01/01/2090" in text
    assert ">\nIci" in text


def test_the_other_organisation_finds_and_reads_it(world, sign_in, case):
    share(world, case)
    client = sign_in(world.denis)
    own = text_of(client.get(reverse("cases:list")))
    assert "1 dossier partagé avec nous" in own
    assert "MARTIN" not in own
    shared = text_of(client.get(reverse("cases:list"), {"suivi": "partage"}))
    assert "MARTIN Paul" in shared
    assert "lecture jusqu’au" in shared
    text = text_of(client.get(url(case, "detail")))
    assert "Dossier partagé par CIL de l&#x27;Essai" in text
    assert "Lecture seule" in text or "En lecture seule" in text
    for hidden in ("Gérer le partage", "Changer de référent", "Demander une aide", "Joindre un document"):
        assert hidden not in text
    with tenancy.tenant(world.claire.context):
        assert CaseEvent.objects.filter(case=case, kind="shared_view").count() == 1


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("sharing", []),
        ("close", []),
        ("referent", []),
        ("documents", []),
        ("handover", []),
    ],
)
def test_a_sharee_has_none_of_the_followers_pages(world, sign_in, case, name, args):
    share(world, case, level="WRITE")
    assert sign_in(world.diane).get(url(case, name, *args)).status_code == 404


def test_a_step_opens_for_writing_only(world, sign_in, case):
    given = share(world, case)
    client = sign_in(world.denis)
    assert client.get(url(case, "step", "menage")).status_code == 302
    with tenancy.tenant(world.claire.context):
        CaseShare.objects.filter(pk=given.pk).update(
            revoked_at=timezone.now(), revoked_by_id=world.claire.user_id
        )
    assert client.get(url(case, "detail")).status_code == 404
    share(world, case, level="WRITE")
    assert client.get(url(case, "step", "menage")).status_code == 200
    assert client.get(url(case, "step", "budget")).status_code == 200


def test_prolonged_and_taken_back(world, sign_in, case):
    given = share(world, case)
    client = sign_in(world.marc)
    until = timezone.localdate() + dt.timedelta(days=60)
    page = url(case, "share_prolong", given.public_id)
    assert client.get(page).status_code == 200
    assert client.post(page, {"ends_on": f"{until:%d/%m/%Y}"}).status_code == 302
    assert f"{until:%d/%m/%Y}" in text_of(client.get(url(case)))
    assert client.post(url(case, "share_revoke", given.public_id)).status_code == 302
    assert "retiré le" in text_of(client.get(url(case)))
    assert sign_in(world.denis).get(url(case, "detail")).status_code == 404


def test_a_colleague_reads_the_shares_without_giving_any(world, sign_in, case):
    text = text_of(sign_in(world.cecile).get(url(case)))
    assert "Seuls le référent du dossier et un responsable" in text
    assert "Partager le dossier</button>" not in text


def test_a_handover_by_its_pages(world, sign_in, case):
    client = sign_in(world.marc)
    typed = {"organisation": world.other_cil.public_id, "reason": "Déménagement"}
    assert client.post(url(case, "handover"), typed).status_code == 302
    assert "Déménagement" in text_of(client.get(reverse("cases:handovers")))
    with tenancy.tenant(world.marc.context):
        handover = CaseHandover.objects.get()
    client = sign_in(world.diane)
    assert "Transferts proposés" in text_of(client.get(reverse("members:dashboard")))
    assert "Répondre" in text_of(client.get(reverse("cases:handovers")))
    page = reverse("cases:handover_answer", args=[handover.public_id])
    text = text_of(client.get(page))
    assert "MARTIN" not in text
    denis = User.objects.get(pk=world.denis.user_id).public_id
    answer = client.post(page, {"referent": denis})
    assert answer.status_code == 302
    text = text_of(client.get(answer["Location"]))
    assert f"auparavant {case.reference}" in text
    assert "accepté" in text_of(client.get(page)).lower()
    assert sign_in(world.marc).get(url(case, "detail")).status_code == 404


def test_a_refusal_says_why(world, sign_in, case):
    handover = propose(world, case)
    page = reverse("cases:handover_refuse", args=[handover.public_id])
    client = sign_in(world.diane)
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "Hors secteur"}).status_code == 302
    assert "Hors secteur" in text_of(sign_in(world.marc).get(reverse("cases:handovers")))
