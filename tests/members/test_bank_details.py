"""Bank details: one person enters them, another confirms (DOMAIN §3, §9)."""

import uuid
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, transaction

from ales import tenancy
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from ales.text import group_by_four
from members import bank_accounts, bank_details
from members.bank_accounts import Bank
from members.demo import french_iban
from members.models import BankDetails, Organisation
from tests.aids.stories import pdf_upload
from tests.world import NOW, person

pytestmark = pytest.mark.django_db

IBAN = "FR14 2004 1010 0505 0001 3M02 606"
OTHER_IBAN = "FR76 3000 6000 0112 3456 7890 189"


def enter(world, actor=None, **fields) -> BankDetails:
    actor = actor or world.anne
    values = {"landlord_id": world.landlord.pk, "account_holder": "Habitat d'Essai", "iban": IBAN}
    values |= {"proof": pdf_upload("rib.pdf")} | fields
    with tenancy.tenant(actor.context):
        return bank_details.enter(actor=actor, at=NOW, **values)


def confirm(world, details, actor=None) -> BankDetails:
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return bank_details.confirm(actor=actor, details_id=details.public_id, at=NOW)


def entered_by_the_treasurer(world) -> BankDetails:
    """As somebody who was of the staff, and is the treasurer now."""
    with tenancy.tenant(replace(world.theo.context, capacity=world.anne.context.capacity)):
        return BankDetails.objects.create(
            landlord=world.landlord,
            account_holder="Habitat d'Essai",
            iban="FR1420041010050500013M02606",
            bic="PSSTFRPP",
            entered_by_id=world.theo.user_id,
        )


def faults(world, **fields) -> dict:
    with pytest.raises(InvalidInputError) as refusal:
        enter(world, **fields)
    return refusal.value.faults


def states(world) -> list[str]:
    with tenancy.tenant(world.anne.context):
        rows = BankDetails.objects.filter(landlord=world.landlord).order_by("id")
        return [row.state for row in rows]


def confirmed_for(world, landlord: Organisation | None = None) -> BankDetails | None:
    with tenancy.tenant(world.anne.context):
        return BankDetails.objects.confirmed_for((landlord or world.landlord).pk)


class TestProof:
    def test_is_required(self, world):
        assert "Joignez le RIB" in faults(world, proof=None)["proof"][0]

    def test_what_is_no_document_is_told_at_its_field_and_stores_nothing(self, world):
        script = SimpleUploadedFile("rib.pdf", b"<script>alert(1)</script>")
        assert "ni un PDF" in faults(world, proof=script)["proof"][0]
        assert states(world) == []

    @pytest.mark.parametrize(
        ("who", "reads"),
        [("anne", True), ("theo", True), ("lea", True)]
        + [(who, False) for who in ("louis", "sonia", "rachid", "marc", "claire", "bruno")],
    )
    def test_is_for_the_association_and_the_landlords_agents(self, world, who, reads):
        details = enter(world, actor=world.lea)
        reader = getattr(world, who)
        with tenancy.tenant(reader.context):
            assert StoredDocument.objects.filter(pk=details.proof_id).exists() is reads
            assert StoredDocument.objects.visible_to(reader).filter(pk=details.proof_id).exists() is reads

    @pytest.mark.parametrize(
        "change", [{"kind": "letter"}, {"audience": "MONEY"}, {"landlord_id": None}, {"created_by_id": 0}]
    )
    def test_an_agent_files_nothing_else(self, world, change):
        values = {"kind": "bank_proof", "audience": "LANDLORD", "landlord_id": world.landlord.pk}
        values |= {"created_by_id": world.lea.user_id, "organisation_id": world.ales.pk, "size": 1}
        with (
            tenancy.tenant(world.lea.context),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            StoredDocument.objects.create(
                subject_kind="bank_details", subject_id=uuid.uuid4(), title="RIB", **(values | change)
            )


class TestRepeated:
    def test_the_same_form_counts_once(self, world):
        key = uuid.uuid4()
        assert enter(world, form_key=key) == enter(world, form_key=key)
        assert states(world) == ["PROPOSED"]

    def test_the_key_of_anothers_entry_is_refused(self, world):
        details = enter(world)
        with pytest.raises(StalePageError):
            enter(world, actor=world.lea, form_key=details.public_id)


class TestEnter:
    def test_is_stored_compact_with_the_bic_of_the_bank(self, world):
        details = enter(world, account_holder="  Habitat   d’Essai ", iban=f"iban {IBAN.lower()}")
        assert (details.iban, details.bic) == ("FR1420041010050500013M02606", "PSSTFRPP")
        assert details.account_holder == "Habitat d'Essai"
        assert details.state == "PROPOSED"

    def test_a_typed_bic_of_the_same_bank_is_kept(self, world):
        assert enter(world, bic="psstfrpplil").bic == "PSSTFRPPLIL"

    @pytest.mark.parametrize(
        ("iban", "message"),
        [
            ("", "Indiquez l’IBAN"),
            ("FR14 2004", "8 caractères"),
            ("FR15 2004 1010 0505 0001 3M02 606", "faute de frappe"),
            ("FR84 2004 1010 0505 0001 3M02 607", "clé RIB"),
            ("XX12 2004 1010 0505 0001 3M02 606", "lettres de pays"),
            ("GB33 BUKB 2020 1555 5555 55", "Espace économique européen"),
            ("FR14 2004 1010 0505 0001 3M02 6É6", "forme attendue"),
        ],
    )
    def test_a_wrong_iban_says_what_is_wrong(self, world, iban, message):
        assert message in faults(world, iban=iban)["iban"][0]

    @pytest.mark.parametrize(
        ("bic", "message"),
        [
            ("PSST", "forme attendue"),
            ("BNPAFRPP", "PSSTFRPP"),
            ("DEUTDEFF", "même pays"),
        ],
    )
    def test_a_wrong_bic_says_what_is_wrong(self, world, bic, message):
        assert message in faults(world, bic=bic)["bic"][0]

    @pytest.mark.parametrize(
        ("holder", "message"),
        [(" ", "tel qu’il figure"), ("x" * 71, "71 caractères"), ("Dupont & Fils", "« & »")],
    )
    def test_a_wrong_holder_says_what_is_wrong(self, world, holder, message):
        assert message in faults(world, account_holder=holder)["account_holder"][0]

    def test_seventy_characters_and_accents_are_fine(self, world):
        assert enter(world, account_holder="É" * 70).account_holder == "É" * 70

    def test_every_fault_is_told_at_once(self, world):
        assert set(faults(world, iban="FR", account_holder="")) == {"iban", "account_holder"}

    def test_a_second_entry_waits_for_the_first_to_be_decided(self, world):
        enter(world)
        assert "attendent déjà" in faults(world, iban=OTHER_IBAN)[""][0]

    def test_the_same_as_confirmed_is_no_change(self, world):
        confirm(world, enter(world))
        assert "déjà les coordonnées confirmées" in faults(world)["iban"][0]

    @pytest.mark.parametrize("who", ["theo", "claire", "marc", "rachid", "louis", "bruno"])
    def test_others_may_not(self, world, who):
        with pytest.raises(NotAllowedError):
            enter(world, getattr(world, who))

    def test_an_agent_proposes_their_own(self, world):
        details = enter(world, world.lea)
        assert details.state == "PROPOSED"
        assert confirm(world, details).state == "CONFIRMED"

    def test_no_bank_details_but_of_a_landlord(self, world):
        with pytest.raises(NotAllowedError, match="Seul un bailleur"):
            enter(world, landlord_id=world.cil.pk)


class TestDecide:
    def test_confirmed_by_a_second_person(self, world):
        details = confirm(world, enter(world))
        assert (details.decided_by_id, details.decided_at) == (world.theo.user_id, NOW)
        assert confirmed_for(world) == details

    def test_a_change_suspends_payments_until_it_is_confirmed(self, world):
        first = confirm(world, enter(world))
        second = enter(world, iban=OTHER_IBAN)
        assert confirmed_for(world) is None
        confirm(world, second)
        assert confirmed_for(world) == second != first
        assert states(world) == ["REPLACED", "CONFIRMED"]

    def test_a_refusal_keeps_the_former_ones(self, world):
        first = confirm(world, enter(world))
        second = enter(world, iban=OTHER_IBAN)
        with tenancy.tenant(world.theo.context):
            bank_details.refuse(actor=world.theo, details_id=second.public_id, reason="RIB illisible", at=NOW)
        assert confirmed_for(world) == first
        assert states(world) == ["CONFIRMED", "REFUSED"]

    def test_a_refusal_needs_a_reason(self, world):
        details = enter(world)
        with tenancy.tenant(world.theo.context), pytest.raises(InvalidInputError) as refusal:
            bank_details.refuse(actor=world.theo, details_id=details.public_id, reason=" ")
        assert "reason" in refusal.value.faults

    def test_never_ones_own_entry(self, world):
        details = entered_by_the_treasurer(world)
        with pytest.raises(NotAllowedError, match="une autre personne"):
            confirm(world, details)

    def test_the_database_refuses_ones_own_entry_too(self, world):
        details = enter(world)
        with (
            tenancy.tenant(world.anne.context),
            pytest.raises(IntegrityError, match="bank_details_second_person"),
            transaction.atomic(),
        ):
            BankDetails.objects.filter(pk=details.pk).update(
                state="CONFIRMED", decided_by_id=world.anne.user_id, decided_at=NOW
            )

    @pytest.mark.parametrize("state", ["CONFIRMED", "REFUSED"])
    @pytest.mark.parametrize(("who", "decider"), [("bea", "bea"), ("anne", "theo"), ("theo", "marc")])
    def test_the_database_lets_only_a_treasurer_decide_in_their_own_name(self, world, who, decider, state):
        details = enter(world)
        world.bea = person("bea", world.ales, "ASSOCIATION_ADMIN")
        with (
            tenancy.tenant(getattr(world, who).context),
            pytest.raises(ProgrammingError, match="not in one's own name and capacity"),
            transaction.atomic(),
        ):
            BankDetails.objects.filter(pk=details.pk).update(
                state=state, decided_by_id=getattr(world, decider).user_id, decided_at=NOW
            )

    @pytest.mark.parametrize("who", ["anne", "claire", "marc", "lea", "bruno"])
    def test_only_the_treasurer(self, world, who):
        details = enter(world)
        with pytest.raises(NotAllowedError):
            confirm(world, details, getattr(world, who))

    def test_not_twice(self, world):
        details = confirm(world, enter(world))
        with pytest.raises(NotAllowedError, match="déjà été traitées"):
            confirm(world, details)


def test_an_iban_is_shown_by_four():
    assert group_by_four("FR1420041010050500013M02606") == IBAN


@pytest.mark.parametrize(
    "column", ["iban", "bic", "account_holder", "landlord_id", "entered_by_id", "proof_id"]
)
def test_an_account_is_never_edited(world, column):
    details = enter(world)
    with (
        tenancy.tenant(world.anne.context),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        BankDetails.objects.filter(pk=details.pk).update(**{column: getattr(details, column)})


class TestLookUp:
    """The bank while the IBAN is being typed."""

    def test_a_known_bank(self):
        assert bank_accounts.look_up(IBAN) == Bank(name="LA BANQUE POSTALE", bic="PSSTFRPP")

    @pytest.mark.parametrize("iban", ["", "F", "FR14 2004", "FR14 2004 1010 0505 0001 3M02 60", "DE89 3704"])
    def test_nothing_is_said_of_half_an_iban(self, iban):
        assert bank_accounts.look_up(iban) is None

    def test_a_wrong_key(self):
        assert "clé RIB" in bank_accounts.look_up("FR84 2004 1010 0505 0001 3M02 607").fault

    def test_a_bank_unknown_offline_asks_for_its_bic(self):
        unknown = french_iban("99999", "00001", "00000000001")
        assert "pas dans notre répertoire" in bank_accounts.look_up(unknown).fault
        assert bank_accounts.look_up(unknown, "ABCDFRPP") == Bank(name="", bic="ABCDFRPP")

    def test_another_banks_bic(self):
        assert "PSSTFRPP" in bank_accounts.look_up(IBAN, "BNPAFRPP").fault
