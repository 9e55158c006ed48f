"""What the bank sends back (DOMAIN §9): camt.053, camt.054 and a plain CSV."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales.money import format_number, from_cents
from payments.rules import camt, iso20022, sepa, statements
from payments.rules.statements import EntryKind, StatementError, return_label
from tests.payments import bank
from tests.payments.rules.snapshots import assert_same
from tests.payments.rules.test_sepa import FILE, IBAN, TRANSFERS

DAY = date(2026, 11, 24)
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "releve.csv"
PAID = bank.Movement("ALES-OP-2026-000042", Decimal("277.20"), counterparty="Habitat du Var", label="OP 42")
OTHER = bank.Movement("ALES-OP-2026-000043", Decimal("1188.00"), counterparty="Logis", label="OP 43")
BACK = bank.returned(OTHER, "AC04")
STATEMENT = bank.camt_053([PAID, OTHER, BACK], iban=IBAN, day=DAY)


def faults_of(content, **options):
    with pytest.raises(StatementError) as refused:
        statements.read(content, **options)
    return refused.value.faults


def test_a_day_of_the_account():
    (statement,) = statements.read(STATEMENT, account_iban=IBAN)
    assert statement.account_iban == IBAN
    assert statement.statement_id == "RELEVE-20261124"
    assert statement.created_at == datetime(2026, 11, 24, 20)
    assert (statement.starts_on, statement.ends_on) == (DAY, DAY)
    assert statement.opening + statement.movement == statement.closing == Decimal("99722.80")
    paid, other, back = statement.entries
    assert paid == statements.Entry(
        position=1,
        booked_on=DAY,
        amount=Decimal("277.20"),
        is_credit=False,
        end_to_end_id="ALES-OP-2026-000042",
        bank_reference="B202611240001",
        counterparty="Habitat du Var",
        label="OP 42",
        kind=EntryKind.TRANSFER,
    )
    assert (other.position, other.kind, other.signed_amount) == (2, EntryKind.TRANSFER, Decimal("-1188.00"))
    assert (back.kind, back.return_reason, back.counterparty) == (EntryKind.RETURN, "AC04", "Logis")
    assert back.signed_amount == Decimal("1188.00")


@pytest.mark.parametrize("version", ["02", "08"])
def test_the_bank_of_the_tests_writes_the_same_to_the_byte(version):
    content = bank.camt_053([PAID, (OTHER, PAID), BACK], iban=IBAN, day=DAY, version=version)
    assert_same(f"camt.053.001.{version}.xml", content)


@pytest.mark.parametrize("version", camt.VERSIONS)
@pytest.mark.parametrize("write", [bank.camt_053, bank.camt_054])
def test_every_version_reads_the_same(write, version):
    lines = [PAID, (OTHER, replace(OTHER, end_to_end_id="")), BACK]
    (statement,) = statements.read(write(lines, iban=IBAN, day=DAY, version=version))
    assert [(entry.end_to_end_id, entry.amount, entry.kind) for entry in statement.entries] == [
        ("ALES-OP-2026-000042", Decimal("277.20"), "transfer"),
        ("ALES-OP-2026-000043", Decimal("1188.00"), "transfer"),
        ("", Decimal("1188.00"), "transfer"),
        ("ALES-OP-2026-000043", Decimal("1188.00"), "return"),
    ]
    assert {entry.counterparty for entry in statement.entries} == {"Habitat du Var", "Logis"}
    assert (statement.opening is None) == (write is bank.camt_054)


@pytest.mark.parametrize(
    ("movement", "kind"),
    [
        (PAID, "transfer"),
        (BACK, "return"),
        (replace(PAID, is_credit=True), "receipt"),
        (replace(PAID, is_credit=True, is_reversal=True), "return"),
        (replace(PAID, is_reversal=True), "other"),
        (replace(BACK, is_credit=False), "other"),
        (replace(PAID, status="PDNG"), "pending"),
        (replace(BACK, status="PDNG"), "pending"),
    ],
)
@pytest.mark.parametrize("version", ["02", "08"])
def test_what_a_movement_means(movement, kind, version):
    (statement,) = statements.read(bank.camt_053([movement], iban=IBAN, day=DAY, version=version))
    assert statement.entries[0].kind == kind
    assert statement.movement == (0 if kind == "pending" else movement.signed_amount)


def test_a_return_without_reason_is_still_one():
    content = STATEMENT.replace(b"<Cd>AC04</Cd>", b"<Prtry>COMPTE CLOS</Prtry>")
    assert statements.read(content)[0].entries[2].return_reason == "COMPTE CLOS"
    start, end = STATEMENT.index(b"<RtrInf>"), STATEMENT.index(b"</RtrInf>") + len(b"</RtrInf>")
    entry = statements.read(STATEMENT[:start] + STATEMENT[end:])[0].entries[2]
    assert (entry.kind, entry.return_reason) == (EntryKind.RETURN, "")


def test_a_batch_without_details_keeps_its_total():
    content = bank.camt_053([(PAID, OTHER)], iban=IBAN, day=DAY)
    start, end = content.index(b"<TxDtls>"), content.rindex(b"</TxDtls>") + len(b"</TxDtls>")
    (entry,) = statements.read(content[:start] + content[end:])[0].entries
    assert (entry.amount, entry.end_to_end_id) == (Decimal("1465.20"), "")


def test_several_days_of_one_account():
    first = bank.camt_053([PAID], iban=IBAN, day=DAY)
    second = bank.camt_053([OTHER], iban=IBAN, day=date(2026, 11, 25))
    content = first.replace(b"</Stmt>", b"</Stmt>" + _between(second, b"<Stmt>", b"</Stmt>"))
    assert [statement.ends_on.day for statement in statements.read(content)] == [24, 25]


def _between(content, start, end):
    return content[content.index(start) : content.index(end) + len(end)]


def test_the_period_is_the_banks_when_it_says_one():
    period = b"<FrToDt><FrDtTm>2026-11-01T00:00:00</FrDtTm><ToDtTm>2026-11-30T23:59:59</ToDtTm></FrToDt>"
    (statement,) = statements.read(STATEMENT.replace(b"<Acct>", period + b"<Acct>"))
    assert (statement.starts_on, statement.ends_on) == (date(2026, 11, 1), date(2026, 11, 30))


# Bad files --------------------------------------------------------------------------------------------------


def test_another_account_is_refused():
    assert faults_of(STATEMENT, account_iban="DE89370400440532013000") == [
        f"Ce relevé est celui du compte {IBAN}, pas du compte DE89370400440532013000."
    ]


def test_several_accounts_are_refused():
    other = _between(STATEMENT, b"<Stmt>", b"</Stmt>").replace(IBAN.encode(), b"DE89370400440532013000")
    content = STATEMENT.replace(b"</Stmt>", b"</Stmt>" + other.replace(b"RELEVE-", b"AUTRE-"))
    assert any("plusieurs comptes" in fault for fault in faults_of(content))


def test_the_same_statement_twice_in_a_file_is_refused():
    content = STATEMENT.replace(b"</Stmt>", b"</Stmt>" + _between(STATEMENT, b"<Stmt>", b"</Stmt>"))
    assert faults_of(content) == ["Le relevé RELEVE-20261124 est plusieurs fois dans le fichier."]


def test_a_wrong_balance_is_refused():
    content = bank.camt_053([PAID], iban=IBAN, day=DAY, closing=Decimal("99722.81"))
    (fault,) = faults_of(content)
    assert "ne font pas le solde de clôture" in fault
    assert "99 722,81" in fault.replace("\u202f", " ")


def test_too_many_movements_are_refused(monkeypatch):
    monkeypatch.setattr("payments.rules.statement_model.MAX_ENTRIES", 2)
    assert "3 mouvements, 2 au plus" in faults_of(bank.camt_053([PAID, OTHER, BACK], iban=IBAN, day=DAY))[0]
    assert "3 mouvements" in faults_of(bank.camt_053([(PAID, OTHER), BACK], iban=IBAN, day=DAY))[0]


def test_another_currency_is_refused():
    content = bank.camt_053([PAID], iban=IBAN, day=DAY, currency="CHF")
    assert faults_of(content) == ["Le relevé est en CHF : seuls les relevés en euros sont lus."]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (b"<Sum>2653.20</Sum>", b"<Sum>2653.21</Sum>", "total des mouvements annoncé : 2 653,21"),
        (b"<NbOfNtries>3<", b"<NbOfNtries>4<", "nombre de mouvements annoncé : 4, trouvé : 3"),
        (b"<NbOfNtries>1<", b"<NbOfNtries>0<", "nombre de crédits annoncé : 0, trouvé : 1"),
        (b"<NbOfNtries>2<", b"<NbOfNtries>1<", "nombre de débits annoncé : 1, trouvé : 2"),
        (b"<Cd>CLBD</Cd>", b"<Cd>CLAV</Cd>", "le solde d’ouverture ou de clôture manque"),
        (b'<Amt Ccy="EUR">277.20<', b'<Amt Ccy="EUR">277.201<', "plus de deux décimales"),
        (b"<Dt>2026-11-24</Dt>", b"<Dt>12026-11-24</Dt>", "La date « 12026-11-24 » est illisible"),
        (b"<BookgDt>\n          <Dt>2026-11-24</Dt>\n        </BookgDt>", b"", "ni date d’opération"),
        (f"<IBAN>{IBAN}</IBAN>".encode(), b"<Othr><Id>12345</Id></Othr>", "ne donne pas l’IBAN"),
        (b"<CdtDbtInd>DBIT</CdtDbtInd>", b"<CdtDbtInd>NONE</CdtDbtInd>", "élément CdtDbtInd : sa valeur"),
        (b"<Id>RELEVE-20261124</Id>", b"", "élément CreDtTm : il n’est pas à sa place (Id attendu)"),
        (b"camt.053.001.08", b"camt.053.001.15", "Ce n’est pas un relevé camt.053"),
        (b"camt.053.001.08", b"pain.001.001.09", "Ce n’est pas un relevé camt.053"),
        (
            b"</GrpHdr>",
            b"<MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>",
            "une page",
        ),
        (b"</Document>", b"", "Le fichier est tronqué"),
        (b"<GrpHdr>", b"<GrpHdr", "n’est pas du XML lisible (ligne"),
    ],
)
def test_a_faulty_file_is_refused_with_its_fault(before, after, fault):
    assert before in STATEMENT
    faults = faults_of(STATEMENT.replace(before, after))
    assert any(fault in sentence.replace("\u202f", " ") for sentence in faults), faults


NET_SINCE_04 = b"<TtlNetNtry><Amt>%s</Amt><CdtDbtInd>%s</CdtDbtInd></TtlNetNtry></TtlNtries>"
NET_BEFORE = b"<TtlNetNtryAmt>%s</TtlNetNtryAmt><CdtDbtInd>%s</CdtDbtInd></TtlNtries>"


@pytest.mark.parametrize(("version", "net"), [("02", NET_BEFORE), ("08", NET_SINCE_04)])
def test_the_net_total_is_checked(version, net):
    content = bank.camt_053([PAID, OTHER, BACK], iban=IBAN, day=DAY, version=version)
    assert statements.read(content.replace(b"</TtlNtries>", net % (b"277.20", b"DBIT")))
    (fault,) = faults_of(content.replace(b"</TtlNtries>", net % (b"277.20", b"CRDT")))
    assert "solde des mouvements annoncé" in fault


def test_a_schema_fault_names_line_and_element():
    line = STATEMENT[: STATEMENT.index(b"<Ntry>")].count(b"\n") + 2
    assert faults_of(STATEMENT.replace(b'<Amt Ccy="EUR">277.20<', b'<Amt Ccy="EUR">beaucoup<', 1)) == [
        f"Ligne {line}, élément Amt : sa valeur n’est pas du type attendu."
    ]


def test_a_batch_that_does_not_add_up_is_refused():
    content = bank.camt_053([(PAID, OTHER)], iban=IBAN, day=DAY)
    wrong = content.replace(b'<Amt Ccy="EUR">1188.00', b'<Amt Ccy="EUR">1187.00')
    assert "mouvement 1 : ses opérations font" in faults_of(wrong)[0]
    missing = content.replace(b"<NbOfTxs>2<", b"<NbOfTxs>3<")
    assert "il annonce 3 opérations, il en détaille 2" in faults_of(missing)[0]


def test_a_batch_without_amounts_is_refused():
    content = bank.camt_053([(PAID, OTHER)], iban=IBAN, day=DAY, version="02")
    start, end = content.index(b"<AmtDtls>"), content.index(b"</AmtDtls>") + len(b"</AmtDtls>")
    assert "n’a pas de montant en euros" in faults_of(content[:start] + content[end:])[0]


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]>
<Document>&lol2;</Document>"""
EXTERNAL = (
    b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><Document>&y;</Document>"""
)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (BILLION_LAUGHS, "refusé sans être lu"),
        (EXTERNAL, "refusé sans être lu"),
        (b'<!doctype x SYSTEM "http://localhost/x.dtd"><Document/>', "refusé sans être lu"),
        (b"<Document><![CDATA[x]]><!ENTITY a 'b'></Document>", "refusé sans être lu"),
        (BILLION_LAUGHS.decode().encode("utf-16"), "codage"),
        ("<Document/>".encode("utf-16-be"), "codage"),
        (b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE x+AD4-<Document/>", "codage"),
        (b"<?xml version='1.0' encoding='cp037'?><Document/>", "codage"),
        (b"<Document>" + b" " * iso20022.MAX_BYTES + b"</Document>", "dépasse 10 Mo"),
        (b"<a>" * 100_000 + b"</Document>", "n’est pas du XML lisible"),
        (b"<Document>&inconnue;</Document>", "n’est pas du XML lisible"),
        (b"<Document>\xff</Document>", "n’est pas du XML lisible"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else None,
)
def test_dangerous_files_are_refused_before_parsing(content, fault, monkeypatch):
    if "lisible" not in fault:
        monkeypatch.setattr(iso20022.etree, "fromstring", _never)
    with pytest.raises(StatementError, match=fault):
        camt.read(content)


def _never(*_args):
    raise AssertionError("parsed")


def read_or_refused(content):
    """The statements or the faults; any other exception fails the test."""
    try:
        return statements.read(content)
    except StatementError as error:
        return error.faults


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    for start in (b"", b"<", b"date;libelle;reference;montant\n"):
        assert read_or_refused(start + content)


@given(st.integers(0, len(STATEMENT) - 1), st.binary(max_size=4))
def test_a_damaged_statement_is_read_or_refused(place, damage):
    assert read_or_refused(STATEMENT[:place] + damage + STATEMENT[place + len(damage) :])


# There and back ---------------------------------------------------------------------------------------------


@given(TRANSFERS, st.data(), st.booleans(), st.sampled_from(["02", "08", "13"]))
def test_a_file_comes_back_as_it_went(transfers, data, in_batch, version):
    pain = sepa.write(replace(FILE, transfers=transfers))
    references = [transfer.end_to_end_id for transfer in transfers]
    rejected = data.draw(st.dictionaries(st.sampled_from(references), st.sampled_from(["AC04", "MS03"])))
    content = bank.statement_of(pain, day=DAY, rejected=rejected, in_batch=in_batch, version=version)
    (statement,) = statements.read(content, account_iban=FILE.debtor.iban)
    sent = {e.end_to_end_id: e.amount for e in statement.entries if e.kind == EntryKind.TRANSFER}
    back = {e.end_to_end_id: e.return_reason for e in statement.entries if e.kind == EntryKind.RETURN}
    assert sent == {transfer.end_to_end_id: transfer.amount for transfer in transfers}
    assert back == rejected
    assert [entry.position for entry in statement.entries] == list(range(1, len(statement.entries) + 1))
    kept = sum((amount for reference, amount in sent.items() if reference not in rejected), Decimal(0))
    assert statement.opening - statement.closing == kept


@pytest.mark.parametrize("code", ["AC01", "AC04", "AC06", "AG01", "AM04", "MD07", "MS03", "BE04"])
def test_common_reasons_are_said_in_french(code):
    assert return_label(code).startswith(f"{code} : ")


def test_other_reasons_are_the_banks():
    assert return_label("compte clos") == "compte clos"
    assert return_label("") == "la banque ne donne pas de raison"


# CSV --------------------------------------------------------------------------------------------------------

HEADERS = "date;libelle;reference;debit;credit\n"


def test_the_example_of_the_documentation():
    (statement,) = statements.read(EXAMPLE.read_bytes(), account_iban=IBAN)
    assert [(e.booked_on.day, e.end_to_end_id, e.signed_amount, e.kind) for e in statement.entries] == [
        (24, "ALES-OP-2026-000042", Decimal("-277.20"), "transfer"),
        (24, "ALES-OP-2026-000043", Decimal("-1188.00"), "transfer"),
        (25, "ALES-OP-2026-000043", Decimal("1188.00"), "return"),
        (25, "", Decimal("20000.00"), "receipt"),
        (30, "", Decimal("-7.50"), "transfer"),
    ]
    assert statement.entries[2].return_reason == "AC04"
    assert statement.entries[1].counterparty == "Logis Méditerranée"
    assert (statement.account_iban, statement.opening) == (IBAN, None)
    assert (statement.starts_on, statement.ends_on) == (date(2026, 11, 24), date(2026, 11, 30))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends(encoding, end):
    text = f"Date;Libellé;Référence;Montant{end}2026-11-24;Loyer d’été;X;-1 234,50{end}{end}"
    (entry,) = statements.read(text.encode(encoding))[0].entries
    assert (entry.label, entry.signed_amount) == ("Loyer d’été", Decimal("-1234.50"))


def test_the_same_csv_has_the_same_name():
    content = EXAMPLE.read_bytes()
    first, again = (statements.read(content)[0].statement_id for _ in range(2))
    assert first == again
    assert len(first) == 32
    assert statements.read(content + b"\n")[0].statement_id != first


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("24/13/2026;x;;1,00;", "le 24/13/2026 n’existe pas"),
        ("2026-02-30;x;;1,00;", "le 2026-02-30 n’existe pas"),
        ("hier;x;;1,00;", "« hier » n’est pas une date"),
        ("24/11/2026;x;;;", "elle n’a pas de montant"),
        ("24/11/2026;x;;0,00;", "son montant est nul"),
        ("24/11/2026;x;;1,00;2,00", "elle a un débit et un crédit"),
        ("24/11/2026;x;;;-2,00", "un crédit ne peut pas être négatif"),
        ("24/11/2026;x;;1.234;", "« 1.234 »"),
        ("24/11/2026;x;;1,234;", "plus de deux décimales"),
        ("24/11/2026;x;;douze;", "n’est pas un montant"),
        ("24/11/2026;x", "elle a 2 colonnes, les en-têtes 5"),
        ("24/11/2026;x;;1,00;;;en trop", "elle a 7 colonnes"),
    ],
)
def test_each_faulty_line_is_said_by_its_number(line, fault):
    faults = faults_of(f"{HEADERS}24/11/2026;x;;1,00;\n\n{line}\n24/11/2026;x;;1,00;\n".encode())
    assert len(faults) == 1
    assert faults[0].startswith("Ligne 4 : ")
    assert fault in faults[0]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "vide"),
        (b" \n ", "vide"),
        (b"\xef\xbb\xbf", "vide"),
        (b";;;\n", "vide"),
        (HEADERS.encode(), "aucun mouvement"),
        (b"date,libelle,reference,montant\n1,2,3,4", "Il manque la colonne date"),
        (b"date;libelle;montant\n", "Il manque la colonne reference"),
        (b"date;libelle;reference\n", "soit « debit » et « credit », soit « montant »"),
        (b"date;libelle;reference;debit;credit;montant\n", "soit « debit »"),
        (b"date;date;libelle;reference;montant\n", "La colonne date est en double"),
        (b"date;libelle;reference;montant\n24/11/2026;\x00", "pas un texte"),
        (b"date;libelle;reference;montant\n24/11/2026;\x81;;1", "accents"),
        (HEADERS.encode() + b'24/11/2026;"x;;1,00;\n', "guillemets ne sont pas fermés"),
        (HEADERS.encode() + b'24/11/2026;"x"y;;1,00;\n', "suivis d’autre chose"),
        (HEADERS.encode() + b"24/11/2026;" + b"x" * 131_073 + b";;1,00;\n", "dépasse 128 ko"),
        (HEADERS.encode() + b"24/11/2026;x;;1,00;\n" * 20_001, "20\u202f001 mouvements, 20\u202f000 au plus"),
        (HEADERS.encode() + b"x" * iso20022.MAX_BYTES, "dépasse 10 Mo"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else None,
)
def test_a_csv_that_cannot_be_read(content, fault):
    assert any(fault in sentence for sentence in faults_of(content))


def test_many_faulty_lines_are_not_all_listed():
    faults = faults_of((HEADERS + "x;x;;1;\n" * 50).encode())
    assert len(faults) == 21
    assert faults[-1] == "… et 30 autres lignes fausses."


@given(st.lists(st.integers(-(10**8), 10**8).filter(bool).map(from_cents), min_size=1, max_size=8))
def test_any_amounts_come_back_from_a_csv(amounts):
    lines = [f"24/11/2026;x;R{place};{format_number(amount)}" for place, amount in enumerate(amounts)]
    content = "\n".join(["date;libelle;reference;montant", *lines]).encode()
    (statement,) = statements.read(content)
    assert [entry.signed_amount for entry in statement.entries] == amounts
    assert statement.movement == sum(amounts)
