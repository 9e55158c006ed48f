"""The steps of the entry: the forms of each, what they show at first, and the operation they call.

A `StepForms` is bound to typed text (a POST or a kept draft) or shows what is saved. It never writes
anything itself: `save` calls the step's operation and lets its refusals through.
"""

import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from ales.dates import add_months
from cases import facts, operations
from cases.forms.budget import ChargeFormSet, EntitlementsForm, ResourceFormSet, SnapshotForm
from cases.forms.household import EmploymentForm, HouseholdForm, PersonFormSet
from cases.forms.housing import RENT_LINES, DifficultyForm, HousingForm
from cases.models import Person, TenantCase
from cases.models.household import PersonPosition
from cases.rules import budget, codes
from members.access import Actor

WORKING_AGE = 16  # years: from here on a person of the household may have an employment


class PageForm(forms.Form):
    """Hidden fields of every step: the version its page showed and the form's own key."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)


class StepForms:
    """The forms of one step of one case, for one person."""

    slug: ClassVar[str]
    label: ClassVar[str]
    template: ClassVar[str]
    lead: ClassVar[str] = ""

    def __init__(self, case: TenantCase, actor: Actor, data: QueryDict | None = None) -> None:
        self.case, self.actor, self.data = case, actor, data
        self.page = PageForm(
            data,
            initial={"version": operations.step_version(case, self.slug), "form_key": uuid.uuid4()},
        )
        self.build(data)

    def build(self, data: QueryDict | None) -> None:
        """Make the step's forms; sets `main` at least."""
        raise NotImplementedError

    @property
    def forms(self) -> list[forms.Form]:
        """Every form, for the summary of errors."""
        return [self.main]

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in [self.page, *self.forms]])

    @property
    def page_of_origin(self) -> operations.Page:
        return operations.Page(self.page.cleaned_data["version"], self.page.cleaned_data["form_key"])

    def save(self, at: datetime) -> None:
        raise NotImplementedError

    def add_faults(self, faults: dict[str, list[str]]) -> None:
        """Show an operation's refusal at the fields it names."""
        for name, messages in faults.items():
            for message in messages:
                self.main.add_error(name if name in self.main.fields else None, message)

    def refresh_page(self) -> None:
        """After a stale page: the next POST replaces the version that is saved now."""
        typed = self.data.copy()
        typed["version"] = str(operations.step_version(self.case, self.slug))
        typed["form_key"] = str(uuid.uuid4())
        self.page = PageForm(typed)

    def context(self) -> dict[str, Any]:
        return {"main": self.main}


def _unkept_rows(data: QueryDict | None, *prefixes: str) -> QueryDict | None:
    """The typed data with every row taken as new: an emptied row is left out instead of refused."""
    if data is None:
        return None
    copy = data.copy()
    for prefix in prefixes:
        copy[f"{prefix}-INITIAL_FORMS"] = "0"
    return copy


def _kept(formset: forms.BaseFormSet) -> list[dict[str, Any]]:
    """The rows of a valid formset that carry something and weren't removed."""
    removed = formset.deleted_forms
    return [form.cleaned_data for form in formset if form.has_changed() and form not in removed]


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
            _unkept_rows(data, "personnes"), prefix="personnes", initial=None if data else rows
        )

    @property
    def forms(self) -> list[forms.Form]:
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
                for row in _kept(self.persons)
            ],
            at=at,
        )

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
            (person, EmploymentForm(data, prefix=f"p{person.public_id.hex}", initial=self._initial(person)))
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
    def forms(self) -> list[forms.Form]:
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

    def context(self) -> dict[str, Any]:
        return super().context() | {"jobs": self.jobs}


def _is_adult(person: Person) -> bool:
    """Of working age; without a birth date, everybody but the children."""
    if person.birth_date is None:
        return person.position != PersonPosition.CHILD
    return add_months(person.birth_date, 12 * WORKING_AGE) <= timezone.localdate()


class HousingStep(StepForms):
    slug = "logement"
    label = "Logement"
    template = "cases/steps/housing.html"
    lead = "Le bailleur, l’adresse, ce qui est dû chaque mois et la dette."

    def build(self, data: QueryDict | None) -> None:
        tenancy = facts.tenancy_of(self.case)
        initial = {}
        if tenancy:
            names = (
                "landlord_reference", "address", "dwelling", "lease_on", "lease_state", "lease_state_on",
                *RENT_LINES, "arrears", "arrears_on", "arrears_since", "benefit_arrears",
            )  # fmt: skip
            initial = {name: getattr(tenancy, name) for name in names}
            initial["landlord"] = tenancy.landlord.public_id
            initial["commune"] = f"{tenancy.postal_code} {tenancy.town}"
        self.main = HousingForm(
            data,
            initial=initial,
            organisation_id=self.case.organisation_id,
            suggest_url=reverse("cases:communes"),
        )

    def save(self, at: datetime) -> None:
        typed = dict(self.main.cleaned_data)
        housing = budget.Housing(**{name: typed.pop(name) for name in RENT_LINES})
        operations.save_housing(
            actor=self.actor,
            case_id=self.case.public_id,
            page=self.page_of_origin,
            typed=operations.HousingInput(housing=housing, **typed),
            at=at,
        )


class DifficultyStep(StepForms):
    slug = "difficulte"
    label = "Difficulté"
    template = "cases/steps/difficulty.html"
    lead = "L’origine de la difficulté, en termes neutres."

    def build(self, data: QueryDict | None) -> None:
        names = ("life_event", "life_event_on", "last_contact_on", "social_notes")
        self.main = DifficultyForm(data, initial={name: getattr(self.case, name) for name in names})

    def save(self, at: datetime) -> None:
        operations.save_difficulty(
            actor=self.actor,
            case_id=self.case.public_id,
            page=self.page_of_origin,
            at=at,
            **self.main.cleaned_data,
        )


class BudgetStep(StepForms):
    """One moment of the budget; the three of them are the sub-pages of one step."""

    slug = "budget"
    label = "Budget"
    template = "cases/steps/budget.html"
    lead = "Les montants sont mensuels. Le loyer, les charges et l’APL viennent du logement."
    moment: ClassVar[codes.SnapshotMoment] = codes.SnapshotMoment.DURING

    def build(self, data: QueryDict | None) -> None:
        snapshot = facts.snapshot_of(self.case, self.moment)
        self.main = SnapshotForm(data, initial={"as_of": snapshot.as_of if snapshot else None})
        people = [(str(person.public_id), person.first_name) for person in self.case.persons.all()]
        typed = _unkept_rows(data, "ressources", "charges")
        self.resources, self.charges = (
            formset(
                typed,
                prefix=prefix,
                form_kwargs={"persons": people},
                initial=None if data else self._rows(kind),
            )
            for formset, prefix, kind in (
                (ResourceFormSet, "ressources", "RESOURCE"),
                (ChargeFormSet, "charges", "CHARGE"),
            )
        )

    def _rows(self, kind: str) -> list[dict[str, Any]]:
        """The saved rows; those of the current moment are offered to a moment never typed; then two blanks."""
        snapshot = facts.snapshot_of(self.case, self.moment)
        source = snapshot or facts.snapshot_of(self.case, codes.SnapshotMoment.DURING)
        self.is_copied = snapshot is None and source is not None
        lines = [line for line in source.lines.all() if line.kind == kind] if source else []
        rows = [
            {
                "code": line.code,
                "label": line.label,
                "amount": line.amount,
                "person": str(line.person.public_id) if line.person else "",
                "has_proof": line.has_proof and not self.is_copied,
            }
            for line in lines
        ]
        return [*rows, {}] if rows else [{}, {}, {}]

    is_copied = False

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *self.resources.forms, *self.charges.forms]

    def is_valid(self) -> bool:
        return all(
            [
                self.page.is_valid(),
                self.main.is_valid(),
                self.resources.is_valid(),
                self.charges.is_valid(),
            ]
        )

    @staticmethod
    def _lines(formset: forms.BaseFormSet) -> list[operations.LineInput]:
        return [
            operations.LineInput(
                code=row["code"],
                amount=row["amount"],
                label=row["label"],
                person=uuid.UUID(row["person"]) if row["person"] else None,
                has_proof=row["has_proof"],
            )
            for row in _kept(formset)
        ]

    def save(self, at: datetime) -> None:
        operations.save_budget(
            actor=self.actor,
            case_id=self.case.public_id,
            step=self.slug,
            page=self.page_of_origin,
            as_of=self.main.cleaned_data["as_of"],
            resources=self._lines(self.resources),
            charges=self._lines(self.charges),
            at=at,
        )

    def live_indicators(self) -> tuple[dict[str, budget.Indicators], int]:
        """The indicators with the rows being typed, and how many rows can't be read yet: they don't count."""
        budgets = {
            moment: found
            for moment in codes.SnapshotMoment
            if (found := facts.budget_of(self.case, moment)) is not None
        }
        unreadable = 0
        if self.data is not None:
            lines: dict[str, list[budget.Line]] = {"ressources": [], "charges": []}
            for formset, code_class in (
                (self.resources, codes.ResourceCode),
                (self.charges, codes.ChargeCode),
            ):
                formset.is_valid()
                for form in formset:
                    row = getattr(form, "cleaned_data", None) or {}
                    if row.get("DELETE") or not form.has_changed():
                        continue
                    if row.get("code") and row.get("amount") is not None:
                        lines[formset.prefix].append(budget.Line(code_class(row["code"]), row["amount"]))
                    else:
                        unreadable += 1
            if lines["ressources"] or lines["charges"]:
                budgets[self.moment] = budget.Budget(
                    resources=tuple(lines["ressources"]),
                    charges=tuple(lines["charges"]),
                    housing=facts.housing_of(facts.tenancy_of(self.case)),
                    persons=len(self.case.persons.all()),
                )
            else:
                budgets.pop(self.moment, None)
        budgets = facts.with_simulated_after(budgets, facts.monthly_aid_of(self.case))
        return {moment: budget.indicators(found) for moment, found in budgets.items()}, unreadable

    def context(self) -> dict[str, Any]:
        return super().context() | {
            "resources": self.resources,
            "charges": self.charges,
            "is_copied": self.is_copied,
        }


class BudgetBeforeStep(BudgetStep):
    slug = "budget-avant"
    moment = codes.SnapshotMoment.BEFORE


class BudgetAfterStep(BudgetStep):
    slug = "budget-apres"
    moment = codes.SnapshotMoment.AFTER


class EntitlementsStep(StepForms):
    slug = "droits"
    label = "Droits"
    template = "cases/steps/entitlements.html"
    lead = "Où en est le ménage pour chaque droit ; une demande d’aide attend que tous soient expliqués."

    def build(self, data: QueryDict | None) -> None:
        initial: dict[str, str | date | None] = {}
        for entitlement in self.case.entitlements.all():
            initial[f"{entitlement.code}_state"] = entitlement.state
            initial[f"{entitlement.code}_on"] = entitlement.on_date
            initial[f"{entitlement.code}_note"] = entitlement.note
        self.main = EntitlementsForm(data, initial=initial)

    def save(self, at: datetime) -> None:
        operations.save_entitlements(
            actor=self.actor,
            case_id=self.case.public_id,
            page=self.page_of_origin,
            entries=self.main.entries(),
            at=at,
        )


#: In the order of the entry.
STEPS: dict[str, type[StepForms]] = {
    step.slug: step
    for step in (
        HouseholdStep,
        EmploymentStep,
        HousingStep,
        DifficultyStep,
        BudgetBeforeStep,
        BudgetStep,
        BudgetAfterStep,
        EntitlementsStep,
    )
}
#: What the progress bar shows: the three moments of the budget are one step.
MAIN_STEPS = ("menage", "emploi", "logement", "difficulte", "budget", "droits")
SUMMARY = "recapitulatif"


def fill_entitlements(data: QueryDict, today: date) -> QueryDict:
    """The typed entitlements with every unexplained one set to « sans objet » as of today."""
    filled = data.copy()
    for code in codes.EntitlementCode:
        if not filled.get(f"{code}_state"):
            filled[f"{code}_state"] = codes.EntitlementState.NOT_APPLICABLE.value
            if not filled.get(f"{code}_on"):
                filled[f"{code}_on"] = f"{today:%d/%m/%Y}"
    return filled
