"""The model of a fund's ledger (DOMAIN §6)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales.money import from_cents
from members.models.fund import EntryKind, Fund
from payments.rules.ledger import SUMS, Balance, LedgerError, balance_of

STORY = [
    ("CONTRIBUTION", "1000.00"),
    ("TRANSFER_IN", "200.00"),
    ("TRANSFER_OUT", "100.00"),
    ("COMMITMENT", "800.00"),
    ("RELEASE", "50.00"),
    ("PAYMENT", "600.00"),
    ("RECOVERY", "100.00"),
]


def told(story):
    balance = Balance()
    for kind, amount in story:
        balance = balance.apply(kind, Decimal(amount))
    return balance


def test_a_year_of_a_fund():
    balance = told(STORY)
    assert balance.available == Decimal("450.00")
    assert balance.to_pay == Decimal("150.00")
    assert balance == balance_of((kind, Decimal(amount)) for kind, amount in STORY)


@pytest.mark.parametrize(
    ("story", "refused"),
    [
        ([], ("COMMITMENT", "0.01", "Il manque")),
        ([("CONTRIBUTION", "10")], ("TRANSFER_OUT", "10.01", "Il manque 0,01")),
        ([("CONTRIBUTION", "10")], ("PAYMENT", "1", "reste à payer")),
        ([("CONTRIBUTION", "10"), ("COMMITMENT", "5")], ("RELEASE", "6", "reste à payer")),
        ([("CONTRIBUTION", "10"), ("COMMITMENT", "5"), ("PAYMENT", "5")], ("RECOVERY", "6", "récupérerait")),
        ([("CONTRIBUTION", "10")], ("CONTRIBUTION", "0", "supérieur à zéro")),
        ([("CONTRIBUTION", "10")], ("CONTRIBUTION", "-1", "supérieur à zéro")),
        ([("CONTRIBUTION", "10")], ("CONTRIBUTION", "0.001", "centimes entiers")),
        ([], ("GIFT", "1", "n’est pas une écriture")),
    ],
)
def test_what_the_ledger_refuses(story, refused):
    kind, amount, message = refused
    balance = told(story)
    with pytest.raises(LedgerError, match=message):
        balance.apply(kind, Decimal(amount))


def test_an_unknown_kind_is_no_sum():
    with pytest.raises(LedgerError, match="GIFT"):
        balance_of([("GIFT", Decimal(1))])


@given(st.lists(st.tuples(st.sampled_from(sorted(SUMS)), st.integers(1, 10**6).map(from_cents)), max_size=40))
def test_whatever_is_tried_the_balance_keeps_its_rules(tries):
    balance, kept = Balance(), []
    for kind, amount in tries:
        try:
            balance = balance.apply(kind, amount)
        except LedgerError:
            continue
        kept.append((kind, amount))
    assert balance.faults() == []
    assert min(balance.available, balance.to_pay, balance.paid - balance.recovered) >= 0
    assert balance == balance_of(kept)


def test_the_model_and_the_table_speak_of_the_same_sums():
    assert set(SUMS) == set(EntryKind.values)
    assert set(SUMS.values()) <= {field.name for field in Fund._meta.get_fields()}
