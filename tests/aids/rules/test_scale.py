"""The scale: bands, versions, and what a scale may not be (DOMAIN §4)."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aids.rules.scale import EXAMPLE_SCALE, Scale, ScaleBand, ScaleError, in_force, scale_faults
from ales.money import from_cents


@pytest.mark.parametrize(
    ("residual", "rate"),
    [
        ("0", "0.90"),
        ("199.99", "0.90"),
        ("200.00", "0.75"),
        ("349.99", "0.75"),
        ("350.00", "0.60"),
        ("462.00", "0.60"),
        ("499.99", "0.60"),
        ("500.00", "0.50"),
        ("5000.00", "0.50"),
    ],
)
def test_the_example_scale_band_by_band(residual, rate):
    assert EXAMPLE_SCALE.rate_for(Decimal(residual)) == Decimal(rate)


def test_the_example_scale_says_that_it_is_one():
    assert "à voter par le CA" in EXAMPLE_SCALE.label
    assert (EXAMPLE_SCALE.monthly_cap, EXAMPLE_SCALE.settlement_cap) == (300, 1800)
    assert (EXAMPLE_SCALE.months, EXAMPLE_SCALE.renewals) == (3, 1)


def test_the_bands_read_as_people_say_them():
    plain = [
        (text.replace("\u00a0", " "), rate.replace("\u00a0", " ")) for text, rate in EXAMPLE_SCALE.rows()
    ]
    assert plain == [
        ("moins de 200,00 €", "90 %"),
        ("de 200,00 € à 349,99 €", "75 %"),
        ("de 350,00 € à 499,99 €", "60 %"),
        ("à partir de 500,00 €", "50 %"),
    ]


def test_a_negative_residual_rent_is_no_residual_rent():
    with pytest.raises(ValueError, match="négatif"):
        EXAMPLE_SCALE.rate_for(Decimal("-0.01"))


def bands(*pairs):
    return tuple(ScaleBand(Decimal(lower), Decimal(rate)) for lower, rate in pairs)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bands": ()}, "no_band"),
        ({"bands": bands(("0.01", "0.5"))}, "first_band"),
        ({"bands": bands(("0", "0.9"), ("200", "0.7"), ("200", "0.5"))}, "band_order"),
        ({"bands": bands(("0", "0.9"), ("300", "0.7"), ("200", "0.5"))}, "band_order"),
        ({"bands": bands(("0", "1.01"))}, "rate"),
        ({"bands": bands(("0", "-0.01"))}, "rate"),
        ({"monthly_cap": Decimal("0.00")}, "monthly_cap"),
        ({"settlement_cap": Decimal("-1.00")}, "settlement_cap"),
        ({"months": 0}, "months"),
        ({"renewals": -1}, "renewals"),
    ],
)
def test_a_scale_that_cannot_be_applied_is_refused(change, code):
    with pytest.raises(ScaleError) as error:
        replace(EXAMPLE_SCALE, **change)
    assert [fault.code for fault in error.value.faults] == [code]
    assert str(error.value).endswith(".")


def test_all_faults_are_listed_at_once():
    faults = scale_faults(bands(("1", "2"), ("1", "3")), Decimal(0), Decimal(0))
    assert [fault.code for fault in faults] == [
        "first_band",
        "band_order",
        "rate",
        "rate",
        "monthly_cap",
        "settlement_cap",
    ]


def test_rates_of_0_and_100_percent_are_allowed():
    assert scale_faults(bands(("0", "1"), ("500", "0")), Decimal(300), Decimal(1800)) == []


def test_the_version_in_force_starts_on_its_first_day():
    first = replace(EXAMPLE_SCALE, version="2020", in_force_from=date(2020, 1, 1))
    second = replace(EXAMPLE_SCALE, version="2026", in_force_from=date(2026, 7, 1))
    scales = [second, first]
    assert in_force(scales, date(2019, 12, 31)) is None
    assert in_force(scales, date(2020, 1, 1)) is first
    assert in_force(scales, date(2026, 6, 30)) is first
    assert in_force(scales, date(2026, 7, 1)) is second


def test_a_frozen_scale_reads_back_the_same():
    assert Scale.from_dict(json.loads(json.dumps(EXAMPLE_SCALE.as_dict()))) == EXAMPLE_SCALE


@given(st.integers(0, 10**7).map(from_cents))
def test_every_residual_rent_has_exactly_one_band(residual):
    band = EXAMPLE_SCALE.band_for(residual)
    above = [other.lower for other in EXAMPLE_SCALE.bands if other.lower > band.lower]
    assert band.lower <= residual
    assert all(residual < lower for lower in above)
