"""Steps « budget », one sub-page a moment, and « droits »."""

import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from ales import conflicts
from cases import facts, operations
from cases.entry.base import StepForms, kept, unkept_rows
from cases.forms.budget import ChargeFormSet, EntitlementsForm, ResourceFormSet, SnapshotForm
from cases.rules import budget, codes


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
        typed = unkept_rows(data, "ressources", "charges")
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
        """The saved rows; a moment never typed is offered the current rows; then blank ones."""
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
    def all_forms(self) -> list[forms.Form]:
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
            for row in kept(formset)
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

    def live_budgets(self) -> tuple[dict[str, budget.Budget], int]:
        """The budgets with the rows being typed, and how many rows can't be read yet: they don't count."""
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
        return facts.with_simulated_after(budgets, facts.monthly_aid_of(self.case)), unreadable

    def entries(self) -> dict[str, conflicts.Entry]:
        """Copied rows are offered, not saved: they are nobody's version."""
        found: dict[str, conflicts.Entry] = {}
        if not self.is_copied:
            for formset in (self.resources, self.charges):
                found |= conflicts.rows_of(formset, key=_line_key, label=_line_name)
        return found | super().entries()

    def context(self) -> dict[str, Any]:
        return super().context() | {
            "resources": self.resources,
            "charges": self.charges,
            "is_copied": self.is_copied,
        }


def _line_key(posted: conflicts.Posted) -> str:
    """A row is the one of that item, person and precision; its amount may differ."""
    return " ".join(posted["code"] + posted["person"] + posted["label"])


def _line_name(form: forms.Form) -> str:
    return conflicts.text_of(form, "code")


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

    def entries(self) -> dict[str, conflicts.Entry]:
        together = [(label, (state.name, on.name, note.name)) for label, state, on, note in self.main.rows()]
        return conflicts.fields_of(self.main, together=together)

    def save(self, at: datetime) -> None:
        operations.save_entitlements(
            actor=self.actor,
            case_id=self.case.public_id,
            page=self.page_of_origin,
            entries=self.main.entries(),
            at=at,
        )


def fill_entitlements(data: QueryDict, today: date) -> QueryDict:
    """The typed entitlements with every unexplained one set to « sans objet » as of today."""
    filled = data.copy()
    for code in codes.EntitlementCode:
        if not filled.get(f"{code}_state"):
            filled[f"{code}_state"] = codes.EntitlementState.NOT_APPLICABLE.value
            if not filled.get(f"{code}_on"):
                filled[f"{code}_on"] = f"{today:%d/%m/%Y}"
    return filled
