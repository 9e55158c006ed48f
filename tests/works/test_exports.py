"""Exports: exactly the rows the filters show this person, in files a spreadsheet opens and never runs."""

import csv
import datetime as dt
import io
import os
import time
from decimal import Decimal
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from aids.models import AidRequest
from ales import registry, tenancy
from ales.audit.models import AccessLog, Action
from ales.errors import InvalidInputError
from ales.works import expiry, exports
from ales.works.models import FOLDER, Work, WorkState
from cases.models import TenantCase
from members.models import Notification, Organisation
from tests.aids.stories import draft
from tests.works.conftest import ask_export, reread, run_to_end

pytestmark = pytest.mark.django_db


def content_of(work: Work) -> bytes:
    with work.file.open("rb") as stored:
        return stored.read()


def csv_rows(work: Work) -> list[dict[str, str]]:
    text = content_of(work).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))


def xlsx_rows(work: Work) -> list[tuple]:
    book = openpyxl.load_workbook(io.BytesIO(content_of(work)), read_only=True)
    return list(book.active.iter_rows(values_only=True))


def exported(actor, name: str, **options) -> Work:
    work = run_to_end(actor, ask_export(actor, name, **options))
    assert (work.state, work.error) == (WorkState.DONE, "")
    return work


def test_a_csv_reads_as_a_french_spreadsheet_writes(world):
    world.scale()
    draft(world.claire, world.complete_case())
    (row,) = csv_rows(exported(world.claire, "demandes"))
    assert row["Locataire"] == "MARTIN Paul"
    assert row["État"] == "brouillon"
    assert row["Montant demandé"] == "831,60"
    assert row["Saisie le"] == "15/06/2026"
    assert row["Montant accordé"] == ""


def test_an_xlsx_holds_numbers_and_dates(world):
    world.scale()
    draft(world.claire, world.complete_case())
    heads, row = xlsx_rows(exported(world.claire, "demandes", format="xlsx"))
    values = dict(zip(heads, row, strict=True))
    assert Decimal(str(values["Montant demandé"])) == Decimal("831.6")
    assert values["Saisie le"] == dt.datetime(2026, 6, 15)


def test_the_filters_are_the_list_s_own(world):
    world.scale()
    kept = draft(world.claire, world.complete_case())
    other = world.complete_case()
    with tenancy.tenant(world.claire.context):
        other.persons.filter(position="TENANT").update(last_name="Ferrand")
        TenantCase.objects.filter(pk=other.pk).update(tenant_name="FERRAND Paul", search_text="ferrand paul")
        other.refresh_from_db()
    draft(world.claire, other)
    references = {row["Référence"] for row in csv_rows(exported(world.claire, "demandes"))}
    assert len(references) == 2
    narrowed = csv_rows(exported(world.claire, "demandes", filters="q=martin&etat=draft&apres=xyz"))
    assert [row["Référence"] for row in narrowed] == [kept.reference]
    assert csv_rows(exported(world.claire, "demandes", filters="etat=settled")) == []


def test_the_rows_ticked_alone(world):
    first, _second = world.complete_case(), world.complete_case()
    (row,) = csv_rows(exported(world.claire, "dossiers", ids=[first.public_id]))
    assert row["Référence"] == first.reference


@pytest.mark.parametrize(
    ("who", "expected"), [("claire", 1), ("cecile", 1), ("marc", 1), ("denis", 0), ("sonia", 0)]
)
def test_the_worker_sees_no_more_than_the_asker(world, who, expected):
    """Row security is the asker's in the worker too, and ticking a foreign row's id opens nothing."""
    case = world.complete_case()
    actor = getattr(world, who)
    assert len(csv_rows(exported(actor, "dossiers"))) == expected
    assert len(csv_rows(exported(actor, "dossiers", ids=[case.public_id]))) == expected


def test_row_security_holds_even_if_the_list_s_own_filter_fails(world, monkeypatch):
    """The second wall: an export that forgets whose rows it reads gives no more."""
    world.complete_case()
    careless = exports.Export(
        name="dossiers",
        title="Dossiers",
        roles=frozenset({world.denis.role}),
        rows=lambda actor, params: TenantCase.objects.order_by("id"),
        columns=lambda actor: (exports.Column("Référence", "reference"),),
        url_name="cases:list",
        filters=(),
    )
    monkeypatch.setitem(registry.work_kinds, "export:dossiers", careless)
    assert csv_rows(exported(world.denis, "dossiers")) == []
    assert len(csv_rows(exported(world.claire, "dossiers"))) == 1


def test_no_cell_is_a_formula(world):
    names = ["=HYPERLINK(1)", "+33", "-2", "@SUM(A1)", "\tx"]
    for name in names:
        Organisation.objects.create(name=name, kind="PUBLIC")
    texts = {row["Nom"] for row in csv_rows(exported(world.anne, "organismes"))}
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))]
    assert {f"'{name}" for name in names} <= texts
    book = openpyxl.load_workbook(io.BytesIO(content_of(exported(world.anne, "organismes", format="xlsx"))))
    cells = {cell.value: cell.data_type for (cell,) in book.active.iter_rows(max_col=1)}
    assert {cells[name] for name in names if name in cells} == {"s"}


def test_an_export_is_in_the_access_log(world):
    world.complete_case()
    exported(world.claire, "dossiers", filters="q=martin&etat=OPEN")
    with tenancy.tenant(world.marc.context):
        (line,) = AccessLog.objects.visible_to(world.marc).filter(action=Action.EXPORTED)
    assert (line.user_id, line.route, line.rows) == (world.claire.user_id, "export:dossiers", 1)
    assert line.filters == "etat=OPEN", "the words searched may be a name"


def test_a_work_keeps_the_list_s_own_filters_alone(world, nudged):
    """What else an address holds stays nowhere for a year."""
    kept = ask_export(
        world.claire,
        "dossiers",
        filters="q=martin&etat=OPEN&lieu=38&note=Paul+Martin&tri=-etat&apres=x",
    )
    assert (kept.params["filters"], kept.params["words"]) == ("etat=OPEN", "q=martin&lieu=38")
    for filters in ("etat=" + "x" * 61, "q=" + "x" * 201):
        with pytest.raises(InvalidInputError, match="trop long"):
            ask_export(world.claire, "dossiers", filters=filters)


def test_a_list_too_long_says_so(world, monkeypatch):
    world.complete_case()
    monkeypatch.setattr(exports, "MOST_ROWS", 0)
    work = run_to_end(world.claire, ask_export(world.claire, "dossiers"))
    assert work.state == WorkState.FAILED
    assert "resserrez les filtres" in work.error


def test_an_unknown_format_is_refused(world):
    with pytest.raises(InvalidInputError, match="XLSX ou CSV"):
        ask_export(world.claire, "dossiers", format="pdf")


def test_the_file_follows_the_sort_and_the_columns_of_the_list(world, sign_in, nudged):
    """What the list shows this person, or every column when they ask for it; the work's page says which."""
    world.complete_case()
    world.complete_case()
    client = sign_in(world.claire)
    client.post(reverse("lists:columns", args=["dossiers"]), {"colonne": ["reference", "etat"]})
    assert "Toutes les colonnes" in client.get(reverse("cases:list"), {"vue": "tout"}).content.decode()
    asked = {"liste": "dossiers", "format": "csv", "filtres": "tri=-reference&apres=x"}
    page = client.post(reverse("works:export"), asked, follow=True).content.decode()
    assert "Les colonnes affichées, par « Référence » décroissant." in page
    client.post(reverse("works:export"), asked | {"colonnes": "toutes", "filtres": ""})
    with tenancy.tenant(world.claire.context):
        shown, everything = Work.objects.order_by("id")
    rows = csv_rows(run_to_end(world.claire, shown))
    assert list(rows[0]) == ["Référence", "Locataire", "État", "Commune"]
    assert [row["Référence"] for row in rows] == ["D-2026-00002", "D-2026-00001"]
    everything = run_to_end(world.claire, everything)
    assert {"Loyer", "Référent", "Événement de vie"} <= set(csv_rows(everything)[0])
    assert (
        "Toutes les colonnes, dans l’ordre de la liste."
        in client.get(reverse("works:detail", args=[everything.public_id])).content.decode()
    )


SHAPED = [kind for kind in registry.work_kinds.values() if kind.family == "export" and kind.shape]


@pytest.mark.parametrize("export", SHAPED, ids=lambda export: export.name)
def test_columns_name_those_of_the_list(world, export):
    """A file of the columns shown leaves none of them out, and knows no other."""
    columns = export.columns(world.anne if export.may_ask(world.anne) else world.marc)
    assert {column.key for column in columns} - {""} == {column.key for column in export.shape.columns}


def test_the_access_log_as_a_file(world, sign_in):
    case = world.complete_case()
    sign_in(world.claire).get(reverse("cases:detail", args=[case.public_id]))
    exported(world.claire, "dossiers")
    listed, opened = csv_rows(exported(world.marc, "acces"))[-2:]
    assert (opened["Dossier"], opened["Objet"], opened["Action"]) == (case.reference, "Dossier", "consulté")
    assert (listed["Liste exportée"], listed["Lignes"], listed["Action"]) == ("Dossiers", "1", "exporté")
    assert opened["Nom"] == "Test"
    assert csv_rows(exported(world.diane, "acces")) == []


def test_an_empty_filter_is_kept(world, nudged):
    """The treasurer's orders open on those to sign; `etat=` asks for all of them."""
    assert ask_export(world.theo, "ordres", filters="etat=&du=&x=1").params["filters"] == "du=&etat="


def test_the_page_and_its_file(world, sign_in, monkeypatch, django_capture_on_commit_callbacks):
    world.complete_case()
    client = sign_in(world.claire)
    page = client.get(reverse("cases:list"), {"etat": "OPEN"}).content.decode()
    assert 'name="filtres" value="etat=OPEN"' in page
    answer = client.post(
        reverse("works:export"), {"liste": "dossiers", "format": "csv", "filtres": "etat=OPEN"}
    )
    with tenancy.tenant(world.claire.context):
        work = Work.objects.get()
    assert answer.url == reverse("works:detail", args=[work.public_id])
    waiting = client.get(answer.url).content.decode()
    assert "bientôt commencé" in waiting
    work = run_to_end(world.claire, work)
    elsewhere = client.get(reverse("members:dashboard")).content.decode()
    assert "Export Dossiers, CSV : prêt" in elsewhere
    ready = client.get(answer.url).content.decode()
    assert "!! undefined" not in ready
    assert f"dossiers-{localdate():%Y-%m-%d}.csv" in ready
    assert "prêt" not in client.get(reverse("members:dashboard")).content.decode()
    download = client.get(reverse("works:download", args=[work.public_id]))
    assert b"".join(download.streaming_content) == content_of(work)
    assert "attachment" in download["Content-Disposition"]


def test_one_asks_for_no_more_than_five_at_once(world, nudged):
    for _work in range(5):
        ask_export(world.claire, "dossiers")
    with pytest.raises(InvalidInputError, match="5 travaux en cours"):
        ask_export(world.claire, "dossiers")
    assert AidRequest.objects.count() == 0


@pytest.mark.parametrize(("minutes", "told"), [(0, 0), (2, 1)])
def test_a_work_that_took_long_is_told_to_its_asker_alone(world, time_machine, minutes, told):
    world.complete_case()
    start = dt.datetime(2026, 6, 16, 9, 0, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    work = ask_export(world.claire, "dossiers")
    time_machine.move_to(start + dt.timedelta(minutes=minutes), tick=False)
    run_to_end(world.claire, work)
    for actor, number in ((world.claire, told), (world.marc, 0)):
        with tenancy.tenant(actor.context):
            assert Notification.objects.visible_to(actor).unread().filter(kind="work_ended").count() == number


def test_what_a_work_made_goes_after_a_week(world):
    """File, lines and words searched; the trace stays a year."""
    world.complete_case()
    work = exported(world.claire, "dossiers", filters="q=martin&etat=OPEN")
    path = work.file.name
    storage = work.file.storage
    assert expiry.clear() == 0
    with tenancy.tenant(tenancy.WORKER):
        Work.objects.filter(pk=work.pk).update(expires_at=timezone.now() - dt.timedelta(hours=1))
    assert expiry.clear() == 1
    assert not storage.exists(path)
    kept = reread(world.claire, work)
    assert (kept.file.name, kept.params["filters"]) == ("", "etat=OPEN")
    assert "martin" not in str(kept.params)
    assert kept.total == 1


@pytest.mark.django_db(transaction=True)
def test_the_rows_outlive_the_transaction_that_reads_them(world, monkeypatch):
    """Committed for good: the cursor was filled as the asker, and progress is seen meanwhile."""
    for _case in range(3):
        world.complete_case()
    monkeypatch.setattr(exports, "FETCHED", 1)
    assert len(csv_rows(exported(world.claire, "dossiers"))) == 3
    assert csv_rows(exported(world.denis, "dossiers")) == []


def test_a_file_no_work_knows_goes_the_night_after(world):
    world.complete_case()
    work = exported(world.claire, "dossiers")
    storage = work.file.storage
    stray = storage.save(f"{FOLDER}/{uuid4().hex}-recu", ContentFile(b"nom;1"))
    foreign = storage.save(f"{FOLDER}/lisez-moi", ContentFile(b""))
    expiry.clear_strays()
    assert storage.exists(stray), "it may belong to a transaction that isn't committed yet"
    long_ago = time.time() - 2 * 24 * 3600
    for name in (stray, foreign, work.file.name):
        os.utime(storage.path(name), (long_ago, long_ago))
    assert expiry.clear_strays() >= 1
    assert [storage.exists(name) for name in (stray, foreign, work.file.name)] == [False, True, True]
    storage.delete(foreign)
