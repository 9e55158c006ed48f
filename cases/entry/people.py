"""Steps « ménage » and « emploi »."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from ales import conflicts
from ales.dates import add_months
from cases import facts, operations
from cases.entry.base import StepForms, kept, unkept_rows
from cases.forms.household import EmploymentForm, HouseholdForm, PersonFormSet
from cases.models import Person
from cases.models.household import PersonPosition

WORKING_AGE = 16  # years: from here on a person of the household may have an employment


class HouseholdStep(StepForms):
    slug = "menage"
    label = "Ménage"
    template = "cases/steps/household.html"
    lead = "Qui vit dans le logement, et comment joindre le ménage."

    def build(self, data: QueryDict | None) -> None:
        household = facts.household_of(self.case)
        names = ("occupancy", "family_category", "phone", "email")
        self.main = HouseholdForm(
            data, initial={name: getattr(household, name) for name in names} if household else None
        )
        rows = [
            {
                "public_id": person.public_id,
                "position": person.position,
                "last_name": person.last_name,
                "first_name": person.first_name,
                "birth_date": person.birth_date,
            }
            for person in self.case.persons.all()
        ]
        rows = rows or [{"position": PersonPosition.TENANT}]
        self.persons = PersonFormSet(
            unkept_rows(data, "personnes"), prefix="personnes", initial=None if data else rows
        )

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.main, *self.persons.forms]

    def is_valid(self) -> bool:
        valid = all([self.page.is_valid(), self.main.is_valid(), self.persons.is_valid()])
        for message in self.persons.non_form_errors():
            self.main.add_error(None, message)
        return valid

    def save(self, at: datetime) -> None:
        operations.save_household(
            actor=self.actor,
            case_id=self.case.public_id,
            page=self.page_of_origin,
            household=self.main.cleaned_data,
            persons=[
                operations.PersonInput(
                    position=row["position"],
                    last_name=row["last_name"],
                    first_name=row["first_name"],
                    birth_date=row["birth_date"],
                    public_id=row["public_id"],
                )
                for row in kept(self.persons)
            ],
            at=at,
        )

    def entries(self) -> dict[str, conflicts.Entry]:
        people = conflicts.rows_of(self.persons, key=_person_key, label=_person_name)
        return people | super().entries()

    def context(self) -> dict[str, Any]:
        return super().context() | {"persons": self.persons}


class EmploymentStep(StepForms):
    slug = "emploi"
    label = "Emploi"
    template = "cases/steps/employment.html"
    lead = "La situation de chaque adulte : les fonds ouverts à l’aide en dépendent."

    def build(self, data: QueryDict | None) -> None:
        self.main = forms.Form(data)
        self.jobs = [
            (
                person,
                EmploymentForm(
                    data,
                    prefix=f"p{person.public_id.hex}",
                    initial=self._initial(person),
                    suggest_url=reverse("cases:employers"),
                ),
            )
            for person in self.case.persons.all()
            if _is_adult(person)
        ]

    @staticmethod
    def _initial(person: Person) -> dict[str, Any]:
        initial = {
            "occupational_category": person.occupational_category,
            "employment_status": person.employment_status,
        }
        job = getattr(person, "employment", None)
        if job:
            names = (
                "employer_name", "sector", "headcount", "contribution", "contract", "started_on", "ended_on"
            )  # fmt: skip
            initial |= {name: getattr(job, name) for name in names}
        return initial

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.main, *(form for _, form in self.jobs)]

    def save(self, at: datetime) -> None:
        operations.save_employment(
            actor=self.actor,
            case_id=self.case.public_id,
            page=self.page_of_origin,
            jobs={
                person.public_id: operations.EmploymentInput(**form.cleaned_data)
                for person, form in self.jobs
            },
            at=at,
        )

    def entries(self) -> dict[str, conflicts.Entry]:
        found: dict[str, conflicts.Entry] = {}
        for person, form in self.jobs:
            found |= conflicts.fields_of(form, about=person.full_name)
        return found

    def context(self) -> dict[str, Any]:
        return super().context() | {"jobs": self.jobs}


def _person_key(posted: conflicts.Posted) -> str:
    """A person is the one of the file, or the one of that name."""
    return " ".join(posted["public_id"] or posted["last_name"] + posted["first_name"])


def _person_name(form: forms.Form) -> str:
    return " ".join(filter(None, (conflicts.text_of(form, name) for name in ("first_name", "last_name"))))


def _is_adult(person: Person) -> bool:
    """Of working age; without a birth date, everybody but the children."""
    if person.birth_date is None:
        return person.position != PersonPosition.CHILD
    return add_months(person.birth_date, 12 * WORKING_AGE) <= timezone.localdate()
