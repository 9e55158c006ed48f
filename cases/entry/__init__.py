"""The steps of the entry: the forms of each, what they show at first, and the operation they call."""

from cases.entry.base import StepForms
from cases.entry.budget import (
    BudgetAfterStep,
    BudgetBeforeStep,
    BudgetStep,
    EntitlementsStep,
    fill_entitlements,
)
from cases.entry.dwelling import DifficultyStep, HousingStep
from cases.entry.people import EmploymentStep, HouseholdStep

__all__ = ["MAIN_STEPS", "STEPS", "SUMMARY", "BudgetStep", "StepForms", "fill_entitlements"]

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
