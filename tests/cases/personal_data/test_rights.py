"""The rights of the person: export, correction, limitation, erasure (DOMAIN §14)."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from ales import tenancy
from ales.documents.models import ProductionJob
from cases import permissions as case_permissions
from cases.models import DataRequest, Entitlement, TenantCase
from cases.personal_data import export
from tests.cases.personal_data.test_scrub import case_of
from tests.payments import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


def url(name: str, case) -> str:
    return reverse(f"cases:personal_data{name}", args=[case.public_id])


def fresh(world, case) -> TenantCase:
    with tenancy.tenant(world.marc.context):
        return TenantCase.objects.get(pk=case.pk)


def requests_of(world, case) -> list[str]:
    with tenancy.tenant(world.marc.context):
        return list(DataRequest.objects.filter(case=case).order_by("id").values_list("kind", flat=True))


@pytest.mark.parametrize("who", ["claire", "marc"])
def test_the_page_shows_the_plan(world, sign_in, case, who):
    page = sign_in(getattr(world, who)).get(url("", case))
    assert page.status_code == 200
    assert "Anonymisation : noms, adresses, notes et documents effacés" in page.text
    assert "!! undefined" not in page.text


@pytest.mark.parametrize("who", ["denis", "diane", "sonia"])
def test_strangers_find_nothing(world, sign_in, case, who):
    client = sign_in(getattr(world, who))
    assert client.get(url("", case)).status_code == 404
    for name in ("_export", "_correct", "_limit", "_release", "_erase"):
        assert client.post(url(name, case)).status_code == 404


def test_a_social_worker_does_none_of_it(world, sign_in, case):
    client = sign_in(world.claire)
    client.post(url("_export", case))
    client.post(url("_limit", case), {"kind": "DISPUTE", "reason": "x"})
    client.post(url("_correct", case), {"note": "x"})
    client.post(url("_erase", case), {"reference": case.reference})
    assert requests_of(world, case) == []
    assert fresh(world, case).tenant_name == "MARTIN Paul"


class TestExport:
    def test_two_files_for_the_manager_alone(self, world, sign_in, case):
        assert sign_in(world.marc).post(url("_export", case)).status_code == 302
        assert requests_of(world, case) == ["ACCESS"]
        with tenancy.tenant(world.marc.context):
            assert ProductionJob.objects.visible_to(world.marc).count() == 2
        with tenancy.tenant(world.claire.context):
            assert ProductionJob.objects.count() == 0

    def test_says_everything_in_french_and_who_opened_it(self, world, sign_in, case):
        sign_in(world.claire).get(reverse("cases:detail", args=[case.public_id]))
        with tenancy.tenant(world.marc.context):
            Entitlement.objects.filter(case=case, code="RSA").update(note="Demande en cours")
            payload = export.payload_of(case, world.marc, timezone.now())
        text = export.json_bytes(payload).decode()
        for found in ("Date de naissance", "1er mars 1984", "Zoé", "12 rue des Lilas", "Demande en cours"):
            assert found in text
        assert [line["who"] for line in payload["accesses"]] == ["Claire Test"]
        assert json.loads(text)["reference"] == case.reference

    def test_the_pdf_is_built(self, world, case):
        with tenancy.tenant(world.marc.context):
            payload = export.payload_of(case, world.marc, timezone.now())
        html = export.pdf_builder.html(payload, title="Données", created_at=timezone.now())
        assert "Zoé" in html
        assert "!! undefined" not in html


class TestLimitation:
    def test_reads_only_until_released(self, world, sign_in, case):
        client = sign_in(world.marc)
        client.post(url("_limit", case), {"kind": "LIMITATION", "reason": "Conteste sa dette"})
        frozen = fresh(world, case)
        assert not case_permissions.may_edit(world.claire, frozen)
        assert "gelé" in case_permissions.may_edit(world.claire, frozen).reason
        detail = client.get(reverse("cases:detail", args=[case.public_id])).text
        assert "Conteste sa dette" in detail
        client.post(url("_release", case))
        assert case_permissions.may_edit(world.claire, fresh(world, case))
        assert requests_of(world, case) == ["LIMITATION", "RELEASE"]

    def test_needs_a_reason(self, world, sign_in, case):
        answer = sign_in(world.marc).post(url("_limit", case), {"kind": "DISPUTE", "reason": ""})
        assert answer.status_code == 422
        assert fresh(world, case).limited_on is None

    def test_is_no_contact(self, world, sign_in, case):
        before = fresh(world, case).updated_at
        sign_in(world.marc).post(url("_limit", case), {"kind": "DISPUTE", "reason": "Procès"})
        assert fresh(world, case).updated_at == before


def test_a_correction_is_written_down(world, sign_in, case):
    answer = sign_in(world.marc).post(url("_correct", case), {"note": "Nom mal orthographié"})
    assert answer.status_code == 302
    assert requests_of(world, case) == ["CORRECTION"]


class TestErasure:
    def test_says_what_goes_and_what_stays(self, world, sign_in, case):
        page = sign_in(world.marc).get(url("_erase", case)).text
        assert "Ce qui reste, et pourquoi" in page
        assert "!! undefined" not in page

    def test_wants_the_reference_once_more(self, world, sign_in, case):
        answer = sign_in(world.marc).post(url("_erase", case), {"reference": "D-2026-99999"})
        assert answer.status_code == 422
        assert fresh(world, case).tenant_name == "MARTIN Paul"
        assert requests_of(world, case) == []

    def test_is_done_for_good(self, world, sign_in, case):
        client = sign_in(world.marc)
        answer = client.post(url("_erase", case), {"reference": case.reference.lower()})
        assert answer.status_code == 302
        assert fresh(world, case).tenant_name == ""
        page = client.get(url("", case))
        assert page.status_code == 200
        assert "!! undefined" not in page.text

    def test_waits_for_what_is_under_way(self, world, sign_in):
        case = case_of(stories.payable_aid(world))
        client = sign_in(world.marc)
        assert "est en cours" in client.get(url("", case)).text
        client.post(url("_erase", case), {"reference": case.reference})
        assert fresh(world, case).tenant_name == "MARTIN Paul"

    def test_not_while_frozen(self, world, sign_in, case):
        client = sign_in(world.marc)
        client.post(url("_limit", case), {"kind": "DISPUTE", "reason": "Procès"})
        client.post(url("_erase", case), {"reference": case.reference})
        assert fresh(world, case).tenant_name == "MARTIN Paul"


def test_the_register_names_every_treatment(world, sign_in):
    page = sign_in(world.anne).get("/registre-des-traitements/")
    assert page.status_code == 200
    for text in ("Accompagnement social", "Paiement des aides", "Journal des accès", "date de naissance"):
        assert text in page.text
    assert "!! undefined" not in page.text
    for key in ("case, ", "request, ", "person, ", "snapshot, "):
        assert key not in page.text, "a key to another row says nothing of anybody"
    assert sign_in(world.marc).get("/registre-des-traitements/").status_code == 403


def test_one_entry_of_the_menu_is_where_one_is(world, sign_in):
    """The log's address stands under the organisation's own."""
    page = sign_in(world.marc).get(reverse("privacy:access_log")).text
    menu = page[page.index("app-sidebar") :]
    assert menu.count('aria-current="page"') - menu.count('active" aria-current="page"') == 1
