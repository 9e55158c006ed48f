"""Use cases of this room, one function each; nothing else saves a case (DESIGN §2.2)."""

from cases.operations.base import refresh_summary, step_version
from cases.operations.case import (
    change_referent,
    close_case,
    create_case,
    discard_draft,
    is_held,
    referents_of,
    reopen_case,
    save_draft,
)
from cases.operations.steps import (
    BUDGET_STEPS,
    EmploymentInput,
    HousingInput,
    LineInput,
    Page,
    PersonInput,
    save_budget,
    save_difficulty,
    save_employment,
    save_entitlements,
    save_household,
    save_housing,
)

__all__ = [
    "BUDGET_STEPS",
    "EmploymentInput",
    "HousingInput",
    "LineInput",
    "Page",
    "PersonInput",
    "change_referent",
    "close_case",
    "create_case",
    "discard_draft",
    "is_held",
    "referents_of",
    "refresh_summary",
    "reopen_case",
    "save_budget",
    "save_difficulty",
    "save_draft",
    "save_employment",
    "save_entitlements",
    "save_household",
    "save_housing",
    "step_version",
]
