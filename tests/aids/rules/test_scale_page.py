"""The tables of docs/scale.md, read back and computed: the page can't drift from the rules."""

import re
from decimal import Decimal
from pathlib import Path

from aids.rules.ceiling import monthly_ceiling, settlement_ceiling
from aids.rules.scale import EXAMPLE_SCALE
from ales.money import format_percent, parse_euros
from cases.rules.budget import Housing, residual_rent

PAGE = Path(__file__).parents[3] / "docs" / "scale.md"


def table_under(heading, *, header):
    """The rows of the table whose first line holds `header`, in the section of that heading."""
    section = PAGE.read_text(encoding="utf-8").split(heading, 1)[1].split("\n## ", 1)[0]
    lines = section[section.index(header) :].splitlines()
    rows = []
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace("**", "") for cell in line.strip("|").split("|")])
    assert rows
    return rows


def plain(text):
    return re.sub(r"\s", " ", text)


def test_the_residual_rents_of_the_page():
    for rent, benefit, expected in table_under("## 1. Le loyer résiduel", header="| loyer |"):
        housing = Housing(rent=parse_euros(rent), housing_benefit=parse_euros(benefit))
        assert residual_rent(housing).value == parse_euros(expected)


def test_the_scale_of_the_page():
    shown = table_under("## 2. Le barème", header="| loyer résiduel |")
    assert [tuple(row) for row in shown] == [
        (plain(text), plain(rate)) for text, rate in EXAMPLE_SCALE.rows()
    ]


def test_the_monthly_ceilings_of_the_page():
    for rent, rate, share, expected, _ in table_under("## 3. Le plafond", header="| loyer résiduel |"):
        figure = residual_rent(Housing(rent=parse_euros(rent)))
        applied = EXAMPLE_SCALE.rate_for(figure.value)
        assert plain(format_percent(applied * 100)) == rate
        typed_share = Decimal(share.replace("€", "").replace(" ", "").replace(",", "."))
        assert figure.value * applied == typed_share
        assert monthly_ceiling(figure, EXAMPLE_SCALE).value == parse_euros(expected)


def test_the_settlements_of_the_page():
    for arrears, expected in table_under("## 4. Le relogement", header="| dette |"):
        ceiling = settlement_ceiling(parse_euros(arrears), EXAMPLE_SCALE)
        assert ceiling.value == parse_euros(expected)
