"""Files brought in: each line's faults before anything is written, then what was shown, and no more."""

import datetime as dt
import io
import random
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core import mail
from django.urls import reverse

from ales import registry, tenancy
from ales.audit.models import AccessLog, Action
from ales.errors import InvalidInputError, NotAllowedError
from ales.works import tables
from ales.works.models import Outcome, Work, WorkState
from cases.models import Tenancy
from members.models import Invitation, Organisation
from tests.works.conftest import ask_import, confirm, lines_of, run_to_end

pytestmark = pytest.mark.django_db


def csv_of(*rows: list[str]) -> bytes:
    return ("\ufeff" + "\r\n".join(";".join(row) for row in rows)).encode()


def xlsx_of(*rows: list) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


ORGANISATION = ["Nom", "Genre", "Nature du bailleur", "SIRET", "Département", "Adhérent"]


def tried(actor, name: str, content: bytes, **options) -> Work:
    work = run_to_end(actor, ask_import(actor, name, content, **options))
    assert (work.state, work.error) == (WorkState.TO_CONFIRM, "")
    return work


def faults_of(actor, work: Work) -> dict[int, list[tuple[str, str, str]]]:
    return {
        line.position: [(fault["column"], fault["value"], fault["message"]) for fault in line.faults]
        for line in lines_of(actor, work)
        if line.faults
    }


def test_each_fault_names_its_line_column_value_and_what_is_accepted(world):
    content = csv_of(
        ORGANISATION,
        ["CIL du Test", "cil", "", "", "38", "oui"],
        ["", "CIL", "", "", "", ""],
        ["Bailleur sans nature", "Bailleur", "", "", "", "non"],
        ["Genre inconnu", "mairie", "", "", "", ""],
        ["Mauvais SIRET", "CIL", "", "55208131766523", "", ""],
        ["Ailleurs", "CIL", "", "", "99", "peut-être"],
        ["CIL de l'Essai", "CIL", "", "", "", ""],
        ["Cil du TEST", "CIL", "", "", "", ""],
    )
    before = Organisation.objects.count()
    work = tried(world.anne, "organismes", content)
    assert (work.total, work.refused) == (8, 7)
    faults = faults_of(world.anne, work)
    assert faults[3] == [("Nom", "", "Ce champ est obligatoire.")]
    assert faults[4] == [("Nature du bailleur", "", "Précisez la nature du bailleur.")]
    ((column, value, message),) = faults[5]
    assert (column, value) == ("Genre", "mairie")
    assert message.startswith("Valeurs acceptées : CIL, CCI, bailleur")
    assert faults[6][0][:2] == ("SIRET", "55208131766523")
    assert {fault[0] for fault in faults[7]} == {"Département", "Adhérent"}
    assert "existe déjà" in faults[8][0][2]
    assert "répète la ligne 2" in faults[9][0][2]
    assert Organisation.objects.count() == before, "a trial writes nothing"

    work = run_to_end(world.anne, confirm(world.anne, work))
    assert (work.state, work.done, work.refused) == (WorkState.DONE, 8, 7)
    created = Organisation.objects.get(name="CIL du Test")
    assert (created.kind, created.department, created.is_member, created.is_active) == (
        "CIL",
        "38",
        True,
        True,
    )
    assert Organisation.objects.count() == before + 1


def test_a_line_longer_than_the_headings_is_in_fault(world):
    work = tried(
        world.anne, "organismes", csv_of(["Nom", "Genre"], ["A", "CIL", "en trop"], ["B", "CIL", ""])
    )
    assert list(faults_of(world.anne, work)) == [2]


def test_a_workbook_reads_as_its_file_to_fill_in(world, sign_in):
    client = sign_in(world.anne)
    model = client.get(reverse("works:import_model"), {"nature": "organismes"}).content
    work = tried(world.anne, "organismes", model, file_name="modele.xlsx")
    assert faults_of(world.anne, work) == {}
    run_to_end(world.anne, confirm(world.anne, work))
    assert Organisation.objects.filter(name="CIL de l’Exemple", postal_code="38000", is_member=True).exists()


def test_numbers_and_days_of_a_workbook(world):
    case = world.complete_case()
    content = xlsx_of(
        ["Référence du dossier", "Dette de loyer", "Dette arrêtée au", "Premier mois impayé", "Loyer"],
        [case.reference, 8150.5, dt.datetime(2026, 6, 30), "04/2025", 612],
    )
    work = tried(world.claire, "releves", content, file_name="releve.xlsx")
    assert faults_of(world.claire, work) == {}
    run_to_end(world.claire, confirm(world.claire, work))
    with tenancy.tenant(world.claire.context):
        found = Tenancy.objects.get(case=case)
    assert (found.arrears, found.arrears_on) == (Decimal("8150.50"), dt.date(2026, 6, 30))
    assert (found.rent, found.housing_benefit) == (Decimal("612.00"), Decimal("138.00"))


def test_a_statement_finds_the_case_by_the_landlord_s_reference(world):
    case = world.complete_case()
    heads = ["Référence du locataire chez le bailleur", "Dette de loyer", "Dette arrêtée au"]
    content = csv_of(heads, ["L-4512", "100,00", "30/06/2026"], ["L-0000", "1", "30/06/2026"])
    work = tried(world.claire, "releves", content)
    assert list(faults_of(world.claire, work)) == [3]
    run_to_end(world.claire, confirm(world.claire, work))
    with tenancy.tenant(world.claire.context):
        assert Tenancy.objects.get(case=case).arrears == Decimal("100.00")


def test_an_older_statement_replaces_nothing(world):
    case = world.complete_case()
    heads = ["Référence du dossier", "Dette de loyer", "Dette arrêtée au"]
    work = tried(world.claire, "releves", csv_of(heads, [case.reference, "1", "01/06/2026"]))
    ((column, _value, message),) = faults_of(world.claire, work)[2]
    assert column == "Dette arrêtée au"
    assert "15 juin 2026" in message


@pytest.mark.parametrize("name", ["releves", "logements"])
def test_another_organisation_s_case_is_none(world, name):
    """The fault is the same as for a reference nobody bears."""
    case = world.complete_case()
    row = {
        "releves": (["Référence du dossier", "Dette de loyer", "Dette arrêtée au"], ["1", "30/06/2026"]),
        "logements": (
            ["Référence du dossier", "Bailleur", "Adresse du logement", "Code postal et commune"],
            ["Habitat d'Essai", "1 rue X", "38000 Grenoble"],
        ),
    }[name]
    content = csv_of(row[0], [case.reference, *row[1]], ["D-1999-00001", *row[1]])
    work = tried(world.denis, name, content)
    faults = faults_of(world.denis, work)
    assert [fault[2] for fault in faults[2]] == [fault[2] for fault in faults[3]]


def test_tenancies(world):
    case = world.complete_case()
    heads = [
        "Référence du dossier", "Bailleur", "Adresse du logement", "Code postal et commune", "Loyer",
        "État du bail",
    ]  # fmt: skip
    content = csv_of(
        heads,
        [case.reference, "autre bailleur", "3 rue Neuve", "38000 Grenoble", "1 234,50", ""],
        ["D-2026-99999", "Inconnu", "3 rue Neuve", "Nulle-Part", "x", "?"],
    )
    work = tried(world.claire, "logements", content)
    assert {fault[0] for fault in faults_of(world.claire, work)[3]} == {
        "Référence du dossier", "Bailleur", "Code postal et commune", "Loyer", "État du bail",
    }  # fmt: skip
    run_to_end(world.claire, confirm(world.claire, work))
    with tenancy.tenant(world.claire.context):
        found = Tenancy.objects.select_related("landlord").get(case=case)
    assert (found.landlord.name, found.rent) == ("Autre Bailleur", Decimal("1234.50"))


TENANCY = ["Référence du dossier", "Bailleur", "Adresse du logement", "Code postal et commune"]
LANDLORD = ["autre bailleur", "3 rue Neuve", "38000 Grenoble"]
#: What a line may leave out.
KEPT = (
    "landlord_reference", "dwelling", "lease_on", "lease_state", "lease_state_on", "rent", "annexes",
    "service_charges", "sls", "other_lines", "rls", "housing_benefit", "arrears", "arrears_on",
    "arrears_since", "benefit_arrears",
)  # fmt: skip


def standing(actor, case, *names: str) -> dict:
    with tenancy.tenant(actor.context):
        return Tenancy.objects.filter(case=case).values(*names).get()


@pytest.fixture
def full_case(world):
    """Every optional column of the dwelling holds something."""
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        Tenancy.objects.filter(case=case).update(
            dwelling="T3", lease_on=dt.date(2019, 5, 1), lease_state_on=dt.date(2026, 2, 1), annexes=12,
            service_charges=80, other_lines=3, rls=4, benefit_arrears=25,
        )  # fmt: skip
    return case


@pytest.mark.parametrize("has_columns", [False, True], ids=["columns absent", "cells empty"])
def test_what_a_line_leaves_out_stays(world, full_case, has_columns):
    before = standing(world.claire, full_case, *KEPT)
    heads = list(TENANCY)
    if has_columns:
        fields = registry.work_kinds["import:logements"].columns(world.claire)
        heads += [head for head in fields if head not in TENANCY]
        assert len(heads) == len(TENANCY) + len(KEPT)
    row = [full_case.reference, *LANDLORD, *([""] * (len(heads) - len(TENANCY)))]
    work = tried(world.claire, "logements", csv_of(heads, row))
    assert faults_of(world.claire, work) == {}
    run_to_end(world.claire, confirm(world.claire, work))
    assert standing(world.claire, full_case, *KEPT) == before
    assert standing(world.claire, full_case, "address") == {"address": "3 rue Neuve"}


def test_a_zero_is_written_and_a_date_goes_with_what_it_dates(world, full_case):
    """A debt or a state that changes doesn't keep the day of the former one."""
    heads = [*TENANCY, "APL ou AL", "Dette de loyer", "État du bail"]
    work = tried(world.claire, "logements", csv_of(heads, [full_case.reference, *LANDLORD, "", "50", ""]))
    assert [fault[0] for fault in faults_of(world.claire, work)[2]] == ["Dette arrêtée au"]
    row = [full_case.reference, *LANDLORD, "0", "0", "bail en cours"]
    work = tried(world.claire, "logements", csv_of(heads, row))
    assert faults_of(world.claire, work) == {}
    run_to_end(world.claire, confirm(world.claire, work))
    assert standing(
        world.claire, full_case, "housing_benefit", "arrears", "arrears_on", "arrears_since",
        "lease_state", "lease_state_on", "rent",
    ) == {
        "housing_benefit": 0, "arrears": 0, "arrears_on": None, "arrears_since": None,
        "lease_state": "CURRENT", "lease_state_on": None, "rent": 600,
    }  # fmt: skip


def test_a_report_taken_away_is_in_the_access_log(world, full_case, sign_in):
    work = tried(world.claire, "logements", csv_of(TENANCY, [full_case.reference, *LANDLORD]))
    answer = sign_in(world.claire).get(reverse("works:report", args=[work.public_id]))
    assert full_case.reference in b"".join(answer).decode()
    with tenancy.tenant(world.marc.context):
        line = AccessLog.objects.visible_to(world.marc).get(action=Action.DOWNLOADED)
    assert (line.route, line.subject_id, line.user_id) == (
        "works:report", work.public_id, world.claire.user_id,
    )  # fmt: skip


def test_a_first_dwelling_has_the_defaults_of_its_step(world, full_case):
    with tenancy.tenant(world.claire.context):
        Tenancy.objects.filter(case=full_case).delete()
    heads = [*TENANCY, "État du bail", "Loyer"]
    work = tried(world.claire, "logements", csv_of(heads, [full_case.reference, *LANDLORD, "", ""]))
    assert faults_of(world.claire, work) == {}
    run_to_end(world.claire, confirm(world.claire, work))
    found = standing(world.claire, full_case, "lease_state", "rent", "arrears", "lease_on", "dwelling")
    assert found == {"lease_state": "CURRENT", "rent": 0, "arrears": 0, "lease_on": None, "dwelling": ""}


@pytest.mark.parametrize("name", ["logements", "releves"])
def test_a_dwelling_saved_after_the_trial_is_left(world, full_case, name):
    heads, row = {
        "logements": ([*TENANCY, "Loyer"], [full_case.reference, *LANDLORD, "700"]),
        "releves": (
            ["Référence du dossier", "Dette de loyer", "Dette arrêtée au"],
            [full_case.reference, "9000", "15/06/2026"],
        ),
    }[name]
    work = tried(world.claire, name, csv_of(heads, row))
    with tenancy.tenant(world.claire.context):
        full_case.refresh_from_db()
        full_case.step_versions = full_case.step_versions | {"logement": 7}
        full_case.save(update_fields=["step_versions"])
    before = standing(world.claire, full_case, *KEPT, "address")
    work = run_to_end(world.claire, confirm(world.claire, work))
    assert standing(world.claire, full_case, *KEPT, "address") == before
    (line,) = lines_of(world.claire, work)
    assert line.outcome == Outcome.REFUSED
    assert "depuis l’essai" in line.detail


def test_invitations_leave_once_confirmed_only(world, django_capture_on_commit_callbacks):
    heads = ["Organisme", "Prénom", "Nom", "Adresse électronique", "Rôle"]
    content = csv_of(
        heads,
        ["CIL de l'Essai", "Nora", "Petit", "nora@exemple.fr", "Travailleur social"],
        ["CIL de l'Essai", "Nora", "Petit", "NORA@exemple.fr", "travailleur social"],
        ["CIL de l'Essai", "Paul", "Roy", "paul@exemple.fr", "trésorier"],
        ["Nulle part", "Anne", "Roy", "anne-exemple", "responsable social"],
    )
    with django_capture_on_commit_callbacks(execute=True):
        work = tried(world.anne, "utilisateurs", content)
    assert (mail.outbox, Invitation.objects.count()) == ([], 0)
    faults = faults_of(world.anne, work)
    assert "répète la ligne 2" in faults[3][0][2]
    assert faults[4][0][0] == "Rôle"
    assert {fault[0] for fault in faults[5]} == {"Organisme", "Adresse électronique"}
    with django_capture_on_commit_callbacks(execute=True):
        run_to_end(world.anne, confirm(world.anne, work))
    assert [message.to for message in mail.outbox] == [["nora@exemple.fr"]]


def test_a_manager_invites_into_their_own_organisation(world):
    kind = registry.work_kinds["import:utilisateurs"]
    assert "Organisme" not in kind.columns(world.marc)
    heads = ["Prénom", "Nom", "Adresse électronique", "Rôle"]
    work = tried(
        world.marc, "utilisateurs", csv_of(heads, ["Nora", "Petit", "n@exemple.fr", "responsable social"])
    )
    run_to_end(world.marc, confirm(world.marc, work))
    assert Invitation.objects.get().organisation_id == world.cil.pk


def test_what_changed_since_the_trial_is_reported(world):
    work = tried(world.anne, "organismes", csv_of(ORGANISATION, ["CIL Neuf", "CIL", "", "", "", ""]))
    Organisation.objects.create(name="CIL neuf", kind="CIL")
    work = run_to_end(world.anne, confirm(world.anne, work))
    (line,) = lines_of(world.anne, work)
    assert line.outcome == Outcome.REFUSED
    assert "existe déjà" in line.detail


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Colonnes manquantes"),
        (csv_of(["Nom"]), "Colonnes manquantes : Genre"),
        (csv_of(["Nom", "Genre", "Age"], ["a", "CIL", "3"]), "Colonnes inconnues : « Age »"),
        (csv_of(["Nom", "Genre", "nom"], ["a", "CIL", "b"]), "Colonnes en double : Nom"),
        (csv_of(["Nom", "Genre"]), "n’a que ses titres"),
        (b"%PDF-1.4\0\0", "ni un CSV ni un XLSX"),
        (b"PK\x03\x04 not a zip", "ne se lit pas"),
    ],
)
def test_a_file_of_another_kind_is_refused_at_once(world, content, said):
    with pytest.raises(InvalidInputError, match=said):
        ask_import(world.anne, "organismes", content)


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _zip(bomb=b"0" * (tables.MAX_INFLATED + 1)),
        _zip(entities=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        _zip(**{f"part{number}": b"" for number in range(tables.MAX_PARTS + 1)}),
    ],
    ids=["bomb", "entities", "parts"],
)
def test_a_hostile_workbook_is_refused(world, content):
    with pytest.raises(InvalidInputError):
        ask_import(world.anne, "organismes", content)


def test_too_many_lines(world, monkeypatch):
    monkeypatch.setattr(tables, "MOST_LINES", 2)
    rows = [[f"CIL {number}", "CIL"] for number in range(3)]
    work = run_to_end(world.anne, ask_import(world.anne, "organismes", csv_of(["Nom", "Genre"], *rows)))
    assert work.state == WorkState.FAILED
    assert "plus de" in work.error


def test_a_social_security_number_is_refused(world):
    work = tried(
        world.anne,
        "organismes",
        csv_of(["Nom", "Genre", "Adresse"], ["CIL A", "CIL", "1 84 03 38 185 042 31"]),
    )
    assert "sécurité sociale" in faults_of(world.anne, work)[2][0][2]


def test_who_may_bring_what_in(world, sign_in):
    with pytest.raises(NotAllowedError):
        ask_import(world.claire, "organismes", csv_of(ORGANISATION, ["A", "CIL", "", "", "", ""]))
    page = sign_in(world.claire).get(reverse("works:imports")).content.decode()
    assert "!! undefined" not in page
    assert "Relevés de loyer du bailleur" in page
    assert "Adhérents et organismes" not in page


def test_the_page_says_what_is_wrong_with_a_file(world, sign_in):
    client = sign_in(world.anne)
    bad = io.BytesIO(csv_of(["Nom", "Age"], ["a", "b"]))
    bad.name = "x.csv"
    answer = client.post(reverse("works:imports"), {"nature": "organismes", "fichier": bad})
    assert answer.status_code == 422
    assert "Colonnes inconnues" in answer.content.decode()
    good = io.BytesIO(csv_of(["Nom", "Genre"], ["CIL Z", "CIL"], ["", "x"]))
    good.name = "x.csv"
    answer = client.post(reverse("works:imports"), {"nature": "organismes", "fichier": good})
    with tenancy.tenant(world.anne.context):
        work = Work.objects.get()
    run_to_end(world.anne, work)
    page = client.get(answer.url).content.decode()
    assert "!! undefined" not in page
    assert "Écrire 1 ligne" in page
    assert "ligne 3" in page


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_workbook_is_refused_with_a_sentence(seed):
    """Bytes changed on the way: refused, or read when what changed holds no cell; never anything else."""
    content = bytearray(xlsx_of(ORGANISATION, *(["CIL du Test", "CIL", "", "", "38", "oui"],) * 20))
    draw = random.Random(seed)
    for _ in range(6):
        content[draw.randrange(4, len(content))] = draw.randrange(256)
    try:
        found = list(tables.rows_of(io.BytesIO(bytes(content))))
    except InvalidInputError as error:
        found = error.faults["file"]
    assert found
