"""Order numbers: continuous whatever runs at the same time, and whatever fails (DOMAIN §9)."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from ales import tenancy
from payments.models import PaymentOrder
from payments.rules.references import END_TO_END_LENGTH, end_to_end_id, order_number, parse_order_number
from tests.payments.stories import payable_aid
from tests.world import NOW

AIDS = 6


def numbers(world) -> list[str]:
    with tenancy.tenant(world.theo.context):
        return [order.number for order in PaymentOrder.objects.oldest_first()]


@pytest.mark.django_db(transaction=True)
def test_orders_asked_at_the_same_time_are_numbered_without_gaps(world):
    """Every other one fails after having taken its number."""
    stories = [
        payable_aid(world, with_bank=index == 0, months=(dt.date(2026, 3, 1),)) for index in range(AIDS)
    ]
    start = threading.Barrier(AIDS)
    failures = []

    def ask(index: int) -> None:
        story, term_ids = stories[index], chosen[index]
        try:
            start.wait(timeout=20)
            with transaction.atomic():
                story.request(term_ids)
                if index % 2:
                    raise RuntimeError("rolled back")
        except RuntimeError:
            pass
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    chosen = [story.term_ids for story in stories]
    threads = [threading.Thread(target=ask, args=(index,)) for index in range(AIDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert numbers(world) == [order_number(2026, rank) for rank in range(1, AIDS // 2 + 1)]


@pytest.mark.django_db
def test_each_year_starts_at_one(world):
    first, second, third = (payable_aid(world, with_bank=index == 0) for index in range(3))
    # 23:30 UTC on 31 December is already next year in Paris.
    first.request(at=dt.datetime(2026, 12, 31, 22, 30, tzinfo=dt.UTC))
    second.request(at=dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC))
    third.request(at=NOW)
    assert numbers(world) == ["OP-2026-000001", "OP-2026-000002", "OP-2027-000001"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("OP-2026-000042", (2026, 42)),
        (" op 2026 42 ", (2026, 42)),
        ("OP-2026", None),
        ("Martin", None),
        ("2026-42", None),
    ],
)
def test_typed_numbers(typed, found):
    assert parse_order_number(typed) == found


def test_a_reference_fits_the_transfer():
    assert len(end_to_end_id(order_number(2026, 999_999))) <= END_TO_END_LENGTH


@pytest.mark.parametrize("number", ["OP-" + "9" * 40, "OP//1", "OP_1", "é", "OP/"])
def test_a_reference_that_a_bank_would_refuse(number):
    with pytest.raises(ValueError, match="no SEPA reference"):
        end_to_end_id(number)
