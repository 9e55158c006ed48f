"""What became of a fund's money: the parts make the whole, contributions apart from what was moved."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ales.money import ZERO, format_euros
from members.pictures import Use, fund_picture
from members.statements import SUMS, Balance, use_in

CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
EUROS = Decimal("1000.00")


def use(**amounts: Decimal) -> Use:
    names = ("contributed", "transferred_in", "recovered", "paid", "to_pay", "transferred_out", "available")
    return Use(**dict.fromkeys(names, ZERO) | amounts)


@settings(deadline=None, max_examples=60)
@given(
    opening=st.builds(Balance, CENTS, CENTS), sums=st.fixed_dictionaries(dict.fromkeys(SUMS.values(), CENTS))
)
def test_what_came_in_is_what_it_became(opening, sums):
    """The identity of DOMAIN §6, over any period: nothing is drawn twice nor forgotten."""
    closing = Balance(
        opening.available
        + sums["contributed"]
        + sums["transferred_in"]
        - sums["transferred_out"]
        - sums["committed"]
        + sums["released"]
        + sums["recovered"],
        opening.to_pay + sums["committed"] - sums["released"] - sums["paid"],
    )
    found = use_in(opening, sums, closing)
    assert found.whole == found.paid + found.to_pay + found.transferred_out + found.available


def test_contributions_and_what_was_moved_are_told_apart():
    picture = fund_picture(
        use(
            contributed=EUROS,
            transferred_in=Decimal(200),
            transferred_out=Decimal(300),
            available=Decimal(900),
        ),
        Decimal(90),
    )
    assert dict(picture.table.rows) == {
        "+ Versé": format_euros(EUROS),
        "+ Reçu d’autres fonds (reports, virements)": format_euros(200),
        "− Cédé à d’autres fonds (reports, virements)": format_euros(300),
        "= Disponible": format_euros(900),
        "Seuil d’alerte": format_euros(90),
    }
    assert "cédé à d’autres fonds" in picture.svg


def test_a_fund_only_carried_over_still_says_that_nothing_was_contributed():
    rows = fund_picture(use(transferred_in=EUROS, available=EUROS)).table.rows
    assert rows == (
        ("+ Versé", format_euros(0)),
        ("+ Reçu d’autres fonds (reports, virements)", format_euros(EUROS)),
        ("= Disponible", format_euros(EUROS)),
    )


def test_an_empty_fund_has_no_picture():
    assert fund_picture(use()) is None


def test_a_period_that_ends_below_nothing_has_its_figures_and_no_bar():
    """Money released in January, moved in December's name: the December statement still opens."""
    assert fund_picture(use(contributed=EUROS, transferred_out=EUROS, available=-EUROS)) is None
