"""Every code of a closed list has its French label, once."""

from enum import StrEnum

import pytest

from cases.rules import codes

ENUMS = [item for item in vars(codes).values() if isinstance(item, type) and issubclass(item, StrEnum)]
ENUMS.remove(StrEnum)


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_labels_are_complete_and_distinct(enum):
    labels = codes.LABELS[enum]
    assert list(labels) == list(enum)
    assert all(labels.values())
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize(
    ("enum", "size"),
    [
        (codes.ResourceCode, 17),
        (codes.ChargeCode, 17),
        (codes.LifeEvent, 13),
        (codes.EntitlementCode, 18),
        (codes.EntitlementState, 5),
        (codes.Occupancy, 6),
        (codes.OccupationalCategory, 8),
        (codes.EmploymentStatus, 10),
        (codes.EmploymentSector, 4),
        (codes.FamilyCategory, 4),
    ],
)
def test_the_lists_are_those_of_the_domain(enum, size):
    assert len(enum) == size


def test_choices_are_values_and_labels():
    assert codes.choices(codes.FamilyCategory)[0] == ("SINGLE", "Isolé")


def test_rent_is_not_among_the_charges_one_may_type():
    typed = {value for value, _ in codes.typed_charge_choices()}
    assert typed.isdisjoint({"RENT", "ANNEXES", "SERVICE_CHARGES"})
    assert len(typed) == 14
