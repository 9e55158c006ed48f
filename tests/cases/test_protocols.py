"""The agreement: one live version, frozen when issued, signed once."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from ales import tenancy
from ales.documents.models import ProductionJob
from ales.documents.production import produce
from ales.errors import InvalidInputError, NotAllowedError
from cases import protocols
from cases.documents import protocol as document
from cases.models import Protocol
from cases.models.protocol import Party
from tests.cases.agreements import REQUEST, issued, prepared, scan
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


def sign(world, protocol, **fields):
    given = {"uploaded": scan(), "signed_on": TODAY}
    with tenancy.tenant(world.claire.context):
        return protocols.file_signed_scan(
            actor=world.claire, protocol_id=protocol.public_id, at=NOW, **(given | fields)
        )


def live(world) -> Protocol | None:
    with tenancy.tenant(world.claire.context):
        return protocols.current(REQUEST)


def test_undertakings_of_both_sides_are_proposed(world, case):
    protocol = prepared(world, case)
    with tenancy.tenant(world.claire.context):
        lines = list(protocol.undertakings.all())
    assert {line.party for line in lines} == set(Party.values)
    assert any("462,00" in line.text for line in lines)
    assert any("298,40" in line.text for line in lines)
    assert [line.due_on for line in lines if line.is_follow_up] == [
        dt.date(2026, 7, 15),
        dt.date(2026, 9, 15),
    ]


def test_the_same_terms_change_nothing_and_others_change_the_draft(world, case):
    first = prepared(world, case)
    assert prepared(world, case).pk == first.pk
    changed = prepared(world, case, total="500.00")
    assert (changed.pk, changed.version, changed.terms["total"]) == (first.pk, 1, "500.00")


def test_issuing_freezes_the_data_and_produces_one_file(world, case):
    protocol = issued(world, case)
    with tenancy.tenant(world.claire.context):
        again = protocols.issue(actor=world.claire, protocol_id=protocol.public_id, at=NOW)
        assert again.job_id == protocol.job_id
        assert ProductionJob.objects.count() == 1
        payload = protocol.job.payload
    assert payload["aid"]["total"] == "831.60"
    assert payload["arrears"] == {
        "amount": "7130.00",
        "on": "2026-06-15",
        "since": "2025-04-01",
        "benefit": "0.00",
    }


def test_changed_terms_replace_an_issued_version(world, case):
    first = issued(world, case)
    second = prepared(world, case, total="500.00")
    assert (second.version, second.state) == (2, "DRAFT")
    with tenancy.tenant(world.claire.context):
        first = Protocol.objects.get(pk=first.pk)
        assert first.state == "REPLACED"
        assert second.undertakings.count() == first.undertakings.count()
    assert live(world).pk == second.pk


def test_replace_leaves_no_live_version_but_a_draft(world, case):
    prepared(world, case)
    with tenancy.tenant(world.claire.context):
        protocols.replace(REQUEST, actor=world.claire, at=NOW)
    assert live(world) is not None
    issued(world, case)
    with tenancy.tenant(world.claire.context):
        protocols.replace(REQUEST, actor=world.claire, at=NOW)
    assert live(world) is None


def test_a_signed_copy_is_filed_once(world, case):
    protocol = sign(world, issued(world, case))
    assert (protocol.state, protocol.signed_on) == ("SIGNED", TODAY)
    with tenancy.tenant(world.claire.context):
        assert protocol.signed_scan.audience == "SOCIAL"
        assert len(protocol.signed_scan.sha256) == 64
    with pytest.raises(NotAllowedError, match="déjà"):
        sign(world, protocol)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"signed_on": TODAY + dt.timedelta(days=1)}, "signed_on"),
        ({"signed_on": TODAY - dt.timedelta(days=1)}, "signed_on"),
        ({"signed_on": None}, "signed_on"),
        ({"uploaded": None}, "file"),
        ({"uploaded": SimpleUploadedFile("a.pdf", b"<html>")}, "file"),
    ],
)
def test_a_signed_copy_that_cannot_be(world, case, fields, field):
    protocol = issued(world, case)
    with pytest.raises(InvalidInputError) as refusal:
        sign(world, protocol, **fields)
    assert field in refusal.value.faults


def test_a_draft_cannot_be_signed(world, case):
    with pytest.raises(NotAllowedError, match="Éditez d’abord"):
        sign(world, prepared(world, case))


def test_an_issued_agreement_is_revised_in_a_new_version_a_signed_one_is_not(world, case):
    protocol = issued(world, case)
    with tenancy.tenant(world.claire.context):
        second = protocols.revise(actor=world.claire, protocol_id=protocol.public_id, at=NOW)
        assert (second.version, second.state, second.terms) == (2, "DRAFT", protocol.terms)
        second = protocols.issue(actor=world.claire, protocol_id=second.public_id, at=NOW)
    sign(world, second)
    with tenancy.tenant(world.claire.context), pytest.raises(NotAllowedError, match="signé"):
        protocols.revise(actor=world.claire, protocol_id=second.public_id, at=NOW)


@pytest.mark.parametrize("kept", [Party.TENANT, Party.REFERENT])
def test_both_sides_undertake_something(world, case, kept):
    protocol = prepared(world, case)
    with tenancy.tenant(world.claire.context), pytest.raises(InvalidInputError, match="engagement"):
        protocols.update_undertakings(
            actor=world.claire,
            protocol_id=protocol.public_id,
            place="Grenoble",
            repayment_monthly=None,
            undertakings=[protocols.UndertakingInput(kept, "Faire ce qui est dit")],
            at=NOW,
        )


def test_an_unexplained_entitlement_keeps_it_from_being_issued(world, case):
    protocol = prepared(world, case)
    with tenancy.tenant(world.claire.context):
        case.entitlements.filter(code="RSA").delete()
        with pytest.raises(InvalidInputError, match="RSA"):
            protocols.issue(actor=world.claire, protocol_id=protocol.public_id, at=NOW)


def test_a_strangers_agreement_is_out_of_reach(world, case):
    protocol = prepared(world, case)
    with tenancy.tenant(world.denis.context):
        assert protocols.current(REQUEST) is None
        with pytest.raises(InvalidInputError, match="n’existe pas"):
            protocols.issue(actor=world.denis, protocol_id=protocol.public_id, at=NOW)


def test_what_the_agreement_prints(world, case):
    protocol = issued(world, case)
    with tenancy.tenant(world.claire.context):
        content = document.builder.build(ProductionJob.objects.get())
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    text = " ".join(" ".join(pages).split()).replace("\u202f", " ").replace("\u00a0", " ")
    assert 2 <= len(pages) <= 4
    for said in (
        "Protocole d’accord",
        "MARTIN Paul",
        "Claire Test",
        "Habitat d'Essai",
        "Procédure d’expulsion",
        "7 130,00 € au 15 juin 2026",
        "avril 2025",
        "subvention, et non un prêt",
        "versée directement au bailleur",
        "60 % du loyer résiduel",
        "831,60 €",
        "Sous réserve de la décision",
        "Renouvellement, fin et manquement",
        "Protection des données",
        "Fait à Grenoble",
        "Calcul de l’aide",
        f"version {protocol.version}",
    ):
        assert said in text, said
    assert "undefined" not in text


@pytest.mark.django_db(transaction=True)
def test_the_queue_produces_the_file(world):
    protocol = issued(world, world.complete_case())
    assert produce(protocol.job.public_id)
    with tenancy.tenant(world.claire.context):
        job = ProductionJob.objects.select_related("document").get()
        assert (job.state, job.document.audience) == ("DONE", "SOCIAL")
