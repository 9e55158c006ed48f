"""Steps « logement » and « difficulté »."""

from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from ales import conflicts
from cases import facts, operations
from cases.entry.base import StepForms
from cases.forms.housing import RENT_LINES, DifficultyForm, HousingForm
from cases.rules import budget


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
            initial["landlord"] = tenancy.landlord
            initial["commune"] = f"{tenancy.postal_code} {tenancy.town}"
        self.main = HousingForm(
            data,
            initial=initial,
            organisation_id=self.case.organisation_id,
            suggest_urls={"landlord": reverse("cases:landlords"), "commune": reverse("members:communes")},
        )

    def entries(self) -> dict[str, conflicts.Entry]:
        together = [(_("Bailleur"), ("landlord", "new_landlord"))]
        return conflicts.fields_of(self.main, together=together)

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
