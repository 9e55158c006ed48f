"""Closing a period: numbers without gaps, a balanced file that never changes, what comes late (DOMAIN §9)."""

import datetime as dt
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from ales import tenancy
from ales.documents import production
from ales.documents.models import ProductionJob
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from members import funds
from payments import integrity
from payments.models import AccountingEntry, AccountingPeriod
from payments.operations.accounting import close_period, next_start, usual_end
from tests.payments.stories import payable_aid
from tests.world import NOW, TODAY

TOMORROW = NOW + dt.timedelta(days=1)


def close(world, *, actor=None, starts_on=None, ends_on=TODAY, at=TOMORROW):
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return close_period(actor=actor, starts_on=starts_on or next_start(), ends_on=ends_on, at=at)


def rows_of(period) -> list[dict[str, str]]:
    with tenancy.tenant(tenancy.WORKER):
        job = ProductionJob.objects.get(subject_id=period.public_id)
    content = production.registry.document_builders[job.kind].build(job).decode()
    header, *lines = content.splitlines()
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


@pytest.mark.django_db
def test_each_movement_of_the_ledger_has_its_accounts(world):
    story = payable_aid(world)
    story.paid()
    stopped = payable_aid(world, landlord=world.other_landlord)
    stopped.stop()
    rows = rows_of(close(world))
    moves = {
        (debit["EcritureLib"].split(" – ")[0], debit["CompteNum"], credit["CompteNum"])
        for debit, credit in zip(rows[::2], rows[1::2], strict=True)
    }
    assert moves == {
        ("Versement", "512", "7551"),
        ("Aide accordée", "6571", "4672"),
        ("Aide non versée", "4672", "6571"),
        ("Aide versée", "4672", "512"),
    }
    assert [int(row["EcritureNum"]) for row in rows[::2]] == list(range(1, len(rows) // 2 + 1))
    of_landlord = [row for row in rows if row["CompteNum"] == "4672"]
    assert {row["CompAuxLib"] for row in of_landlord} == {
        story.aid.landlord.name,
        stopped.aid.landlord.name,
    }
    paid = next(row for row in rows if row["EcritureLib"].startswith("Aide versée"))
    assert (paid["PieceRef"], paid["Debit"]) == ("OP-2026-000001", "831,60")


@pytest.mark.django_db
def test_what_comes_late_is_posted_in_the_next_period_with_its_papers_date(world):
    story = payable_aid(world)
    first = close(world)
    with tenancy.tenant(world.anne.context):
        funds.contribute(
            actor=world.anne, fund_id=story.funds[0].pk, amount=Decimal("5"), label="Tardif", value_date=TODAY
        )
    second = close(world, ends_on=TODAY + dt.timedelta(days=5), at=NOW + dt.timedelta(days=6))
    assert second.first_number == first.last_number + 1
    assert second.starts_on == first.ends_on + dt.timedelta(days=1)
    rows = rows_of(second)
    assert {(row["EcritureDate"], row["PieceDate"]) for row in rows} == {
        (f"{second.starts_on:%Y%m%d}", f"{TODAY:%Y%m%d}")
    }


@pytest.mark.django_db
def test_a_transfer_between_funds_moves_no_account_and_an_empty_period_closes(world):
    story = payable_aid(world)
    following = world.fund("0", year=2027)
    close(world)
    with tenancy.tenant(world.anne.context):
        funds.transfer(
            actor=world.anne,
            from_fund_id=story.funds[0].pk,
            to_fund_id=following.pk,
            amount=Decimal("10"),
            label="Report",
            value_date=TODAY + dt.timedelta(days=1),
        )
    empty = close(world, ends_on=TODAY + dt.timedelta(days=2), at=NOW + dt.timedelta(days=3))
    assert (empty.last_number, empty.total) == (empty.first_number - 1, 0)
    assert rows_of(empty) == []
    assert not [finding for finding in integrity.findings() if finding.count]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["marc", "anne", "bruno", "claire"])
def test_only_the_treasurer_closes(world, who):
    payable_aid(world)
    with pytest.raises(NotAllowedError):
        close(world, actor=getattr(world, who), starts_on=TODAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "words"), [(0, "n’est pas finie"), (3, "n’est pas finie"), (-400, "ne la précède pas")]
)
def test_the_end_of_a_period_lies_between_its_start_and_yesterday(world, days, words):
    payable_aid(world)
    with pytest.raises(InvalidInputError) as refused:
        close(world, ends_on=TODAY + dt.timedelta(days=days), at=NOW)
    assert words in refused.value.faults["ends_on"][0]


@pytest.mark.django_db
def test_a_period_stays_within_its_fiscal_year(world):
    payable_aid(world)
    with pytest.raises(InvalidInputError, match="jusqu’au 31 décembre 2026"):
        close(world, ends_on=dt.date(2027, 1, 31), at=NOW + dt.timedelta(days=400))
    close(world, ends_on=dt.date(2026, 12, 31), at=NOW + dt.timedelta(days=400))
    with tenancy.tenant(world.theo.context):
        assert next_start() == dt.date(2027, 1, 1)


@pytest.mark.parametrize(
    ("start", "today", "end"),
    [
        ((2022, 3, 1), (2026, 11, 22), (2022, 12, 31)),
        ((2026, 1, 1), (2026, 11, 22), (2026, 10, 31)),
        ((2026, 11, 1), (2026, 11, 22), (2026, 11, 21)),
        ((2026, 11, 22), (2026, 11, 22), (2026, 11, 22)),
        ((2025, 12, 1), (2026, 1, 3), (2025, 12, 31)),
    ],
)
def test_the_usual_end_is_the_years_or_last_months(start, today, end):
    assert usual_end(dt.date(*start), today=dt.date(*today)) == dt.date(*end)


@pytest.mark.django_db
def test_the_file_is_named_by_the_siren_and_validated_on_the_day_of_the_closing(world):
    payable_aid(world)
    period = close(world, at=NOW + dt.timedelta(days=30))
    with tenancy.tenant(tenancy.WORKER):
        job = ProductionJob.objects.get(subject_id=period.public_id)
    assert job.file_name == f"{world.ales.siret[:9]}FEC{TODAY:%Y%m%d}.txt"
    assert {row["ValidDate"] for row in rows_of(period)} == {f"{TODAY + dt.timedelta(days=30):%Y%m%d}"}


@pytest.mark.django_db
def test_without_the_associations_siret_nothing_is_closed(world, sign_in):
    payable_aid(world)
    with tenancy.tenant(None):
        type(world.ales).objects.filter(pk=world.ales.pk).update(siret="")
    with pytest.raises(NotAllowedError, match="SIRET de l’association"):
        close(world)
    page = sign_in(world.theo).get(reverse("payments:accounting")).content.decode()
    assert "Le SIRET de l’association n’est pas renseigné" in page


@pytest.mark.django_db
def test_a_period_with_an_imbalance_is_refused(world, monkeypatch):
    payable_aid(world)
    check = integrity.CHECKS[0]
    finding = integrity.Finding(check, 1, ("fonds 7 : 1 de trop",))
    monkeypatch.setattr(integrity, "findings", lambda checks: [finding])
    with pytest.raises(InvalidInputError, match="fonds 7"):
        close(world)
    with tenancy.tenant(world.theo.context):
        assert not AccountingPeriod.objects.exists()


@pytest.mark.django_db
def test_a_page_loaded_before_another_closure_is_stale(world):
    payable_aid(world)
    with tenancy.tenant(world.theo.context):
        start = next_start()
    close(world)
    with pytest.raises(StalePageError):
        close(world, starts_on=start, ends_on=TODAY + dt.timedelta(days=1), at=NOW + dt.timedelta(days=3))


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_two_closures_at_once_close_once(world):
    payable_aid(world)
    with tenancy.tenant(world.theo.context):
        start = next_start()
    together, outcomes = Barrier(2), []

    def attempt() -> None:
        try:
            together.wait()
            close(world, starts_on=start)
            outcomes.append("closed")
        except StalePageError:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["closed", "stale"]
    with tenancy.tenant(world.theo.context):
        assert AccountingPeriod.objects.count() == 1
        numbers = list(AccountingEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.django_db
def test_the_page_shows_the_period_then_closes_it(world, sign_in):
    story = payable_aid(world)
    story.paid()
    client = sign_in(world.theo)
    page = client.get(reverse("payments:accounting"), {"ends_on": f"{TODAY:%d/%m/%Y}"}).content.decode()
    assert "!! undefined" not in page
    assert "Aide versée" in page
    assert "831,60" in page
    url = reverse("payments:accounting_close")
    confirming = client.get(url, {"ends_on": f"{TODAY:%Y-%m-%d}"}).content.decode()
    assert "!! undefined" not in confirming
    with tenancy.tenant(world.theo.context):
        start = next_start()
    typed = {"starts_on": start.isoformat(), "ends_on": TODAY.isoformat()}
    assert "Cochez la case pour clôturer" in client.post(url, typed).content.decode()
    answer = client.post(url, typed | {"read": "on"}, follow=True)
    assert "!! undefined" not in answer.content.decode()
    with tenancy.tenant(world.theo.context):
        assert AccountingPeriod.objects.count() == 1
