"""The transfer file handed to the bank (DOMAIN §9)."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
import schwifty
from hypothesis import given
from hypothesis import strategies as st

from ales.money import from_cents
from payments.rules import sepa
from tests.payments.rules.snapshots import assert_same

IBAN = "FR1420041010050500013M02606"
GERMAN_IBAN = "DE89370400440532013000"

FIRST = sepa.Transfer(
    end_to_end_id="ALES-OP-2026-000042",
    amount=Decimal("277.20"),
    creditor_name="Société « Habitat & Cœur de l’Été »",
    creditor_iban=IBAN,
    creditor_bic="PSSTFRPPLIL",
    remittance="OP-2026-000042 REF LOC 1234",
)
SECOND = sepa.Transfer(
    end_to_end_id="ALES-OP-2026-000043",
    amount=Decimal("1188"),
    creditor_name="Logis Méditerranée",
    creditor_iban=GERMAN_IBAN,
    creditor_bic="",
    remittance="OP-2026-000043",
)
FILE = sepa.TransferFile(
    message_id="ALES-LOT-2026-0007",
    payment_information_id="ALES-LOT-2026-0007-1",
    created_at=datetime(2026, 11, 22, 10, 30),
    execution_on=date(2026, 11, 24),
    debtor=sepa.Debtor("ALES Association", IBAN, "PSSTFRPPLIL"),
    transfers=(FIRST, SECOND),
)


@pytest.mark.parametrize("version", sepa.VERSIONS)
def test_the_file_is_the_same_to_the_byte(version):
    content = sepa.write(replace(FILE, version=version))
    assert_same(f"pain.001.001.{version}.xml", content)
    assert sepa.validate(content, version) == []
    assert sepa.read_totals(content) == (2, Decimal("1465.20"))


def test_the_versions_differ_where_the_standard_does():
    old, new = (sepa.write(replace(FILE, version=version)).decode() for version in ("03", "09"))
    assert "<ReqdExctnDt>2026-11-24</ReqdExctnDt>" in old
    assert "<BIC>PSSTFRPPLIL</BIC>" in old
    assert "<Dt>2026-11-24</Dt>" in new
    assert "<BICFI>PSSTFRPPLIL</BICFI>" in new
    assert sepa.validate(old.encode(), "09") != []
    assert sepa.validate(new.encode(), "03") != []


def test_neither_address_nor_empty_bank_is_written():
    content = sepa.write(replace(FILE, debtor=replace(FILE.debtor, bic="")))
    assert b"PstlAdr" not in content
    assert b"<FinInstnId/>" not in content
    assert content.count(b"<CdtrAgt>") == 1
    assert b"<Id>NOTPROVIDED</Id>" in content
    assert sepa.validate(content, "09") == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Société d’Été", "Societe d'Ete"),
        ("Œuvre & Cœur", "OEuvre + Coeur"),
        ("« Le Logis »", "'Le Logis'"),
        ("Straße Łódź Ærø", "Strasse Lodz AEro"),
        ("  deux   espaces\t\n ", "deux espaces"),
        ("/LOC//12/ /4/", "LOC/12/4"),
        ("n°12 – 3€ ; oui !", "no12 - 3EUR , oui ."),
        ("", ""),
    ],
)
def test_text_is_folded_into_the_sepa_set(text, folded):
    assert sepa.fold(text) == folded


@pytest.mark.parametrize("text", ["Αθήνα", "Habitat <b>", "fête 🎉", "50 %", "a\x07b", "A=B"])
def test_what_has_no_counterpart_is_refused_and_named(text):
    with pytest.raises(sepa.UnfoldableTextError, match="n’accepte pas"):
        sepa.fold(text)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text):
    try:
        folded = sepa.fold(text)
    except sepa.UnfoldableTextError:
        return
    assert sepa.fold(folded) == folded
    assert "//" not in folded


def test_the_remittance_carries_both_references():
    assert sepa.remittance("LOC//1234 é", "OP-2026-000042") == "OP-2026-000042 REF LOC/1234 e"
    assert sepa.remittance("  ", "OP-2026-000042") == "OP-2026-000042"
    with pytest.raises(ValueError, match="140 au plus"):
        sepa.remittance("1" * 130, "OP-2026-000042")


def changed(**values):
    return replace(FILE, transfers=(replace(FIRST, **values), SECOND))


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (replace(FILE, transfers=()), "ne peut pas être vide"),
        (replace(FILE, version="08"), "Version de fichier inconnue"),
        (replace(FILE, message_id=""), "L’identifiant du message est vide"),
        (replace(FILE, message_id="A" * 36), "36 caractères, 35 au plus"),
        (replace(FILE, payment_information_id="LOT//1"), "L’identifiant du lot « LOT//1 »"),
        (replace(FILE, debtor=replace(FILE.debtor, iban="FR76")), "Le compte de l’association : « FR76 »"),
        (replace(FILE, debtor=replace(FILE.debtor, name=" ")), "Le nom de l’association est vide"),
        (changed(end_to_end_id=SECOND.end_to_end_id), "ALES-OP-2026-000043 est portée par 2 virements"),
        (changed(end_to_end_id=""), "Virement sans référence"),
        (changed(end_to_end_id="/OP"), "n’est pas une référence SEPA"),
        (changed(end_to_end_id="OP/"), "n’est pas une référence SEPA"),
        (changed(end_to_end_id="OP\n"), "n’est pas une référence SEPA"),
        (changed(end_to_end_id="OP-é"), "n’est pas une référence SEPA"),
        (changed(end_to_end_id="A" * 36), "35 au plus"),
        (changed(amount=Decimal("0")), "supérieur à zéro"),
        (changed(amount=Decimal("-1")), "supérieur à zéro"),
        (changed(amount=Decimal("1.001")), "plus de deux décimales"),
        (changed(amount=Decimal("1000000000.00")), "dépasse ce qu’un virement"),
        (changed(amount=Decimal("NaN")), "n’est pas un nombre décimal"),
        (changed(amount=12), "n’est pas un nombre décimal"),
        (changed(creditor_name=""), "le nom du bénéficiaire est vide"),
        (changed(creditor_name="N" * 71), "71 caractères, 70 au plus"),
        (changed(creditor_name="Œ" * 36), "72 caractères, 70 au plus"),
        (
            changed(creditor_name="Αθήνα"),
            "Virement ALES-OP-2026-000042 : le nom du bénéficiaire : un virement",
        ),
        (changed(creditor_iban="FR1420041010050500013M02607"), "n’est pas un IBAN"),
        (
            changed(creditor_iban="FR8420041010050500013M02607"),
            "n’est pas un IBAN",
        ),  # the French key is wrong
        (changed(creditor_iban=IBAN.lower()), "en capitales"),
        (changed(creditor_bic="PSST"), "n’est pas un BIC"),
        (changed(remittance="R" * 141), "141 caractères, 140 au plus"),
        (changed(remittance="a < b"), "le libellé : un virement SEPA n’accepte pas « < »"),
    ],
)
def test_rows_that_cannot_be_paid_are_refused(file, fault):
    with pytest.raises(sepa.TransferFileError) as refused:
        sepa.write(file)
    assert any(fault in sentence for sentence in refused.value.faults), refused.value.faults


def test_every_fault_is_said_at_once():
    file = replace(changed(amount=Decimal("0"), creditor_bic="?"), message_id="")
    with pytest.raises(sepa.TransferFileError) as refused:
        sepa.write(file)
    assert len(refused.value.faults) == 3


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (b"<NbOfTxs>2<", b"<NbOfTxs>3<", "GrpHdr annonce 3 virements, le fichier en a 2."),
        (b"<CtrlSum>1465.20<", b"<CtrlSum>1465.21<", "PmtInf annonce 1465.21 €"),
        (b"<ChrgBr>SLEV", b"<ChrgBr>NONE", "élément ChrgBr : sa valeur n’est pas de la liste permise"),
        (b"<IBAN>FR14", b"<IBAN>??14", "élément IBAN : sa valeur n’a pas la forme attendue"),
        (b"<Nm>Logis Mediterranee</Nm>", b"<Nm></Nm>", "élément Nm : il est vide ou trop court"),
        (b"<PmtMtd>TRF</PmtMtd>", b"", "élément BtchBookg : il n’est pas à sa place (PmtMtd attendu)"),
        (b"</Document>", b"", "Le fichier est tronqué"),
        (b"<GrpHdr>", b"<GrpHdr", "n’est pas du XML lisible"),
        (b"pain.001.001.09", b"pain.001.001.10", "ce n’est pas le type de fichier attendu"),
    ],
)
def test_a_changed_file_is_not_valid(before, after, fault):
    content = sepa.write(FILE)
    assert before in content
    faults = sepa.validate(content.replace(before, after), "09")
    assert any(fault in sentence for sentence in faults), faults


def test_a_version_that_does_not_exist():
    with pytest.raises(ValueError, match=r"pain\.001\.001\.10"):
        sepa.validate(b"<Document/>", "10")


# Any transfers ----------------------------------------------------------------------------------------------

REFERENCE = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9 ?:().,'+-]{0,33}[A-Za-z0-9])?", fullmatch=True)
FRENCH = st.text(
    "abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæABCDEFGHIJKLMNOPQRSTUVWXYZÀÂÇÉÈŒ0123456789 &’'-/.,«»",
    min_size=1,
    max_size=30,
).filter(sepa.fold)


@st.composite
def french_ibans(draw):
    account = f"{draw(st.integers(0, 10**11 - 1)):011}"
    return str(schwifty.IBAN.generate("FR", bank_code="20041", branch_code="01005", account_code=account))


TRANSFERS = st.lists(
    st.builds(
        sepa.Transfer,
        end_to_end_id=REFERENCE,
        amount=st.integers(1, 99_999_999_999).map(from_cents),
        creditor_name=FRENCH,
        creditor_iban=french_ibans(),
        creditor_bic=st.sampled_from(["", "PSSTFRPPLIL", "AGRIFRPP"]),
        remittance=FRENCH,
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda transfer: transfer.end_to_end_id,
).map(tuple)


@given(TRANSFERS, st.sampled_from(sepa.VERSIONS))
def test_any_transfers_make_a_valid_file_that_adds_up(transfers, version):
    file = replace(FILE, transfers=transfers, version=version)
    content = sepa.write(file)
    assert sepa.validate(content, version) == []
    assert sepa.read_totals(content) == (sepa.count(file), sepa.control_sum(file))
    assert sepa.control_sum(file) == sum(transfer.amount for transfer in transfers)
    assert sepa.write(file) == content
