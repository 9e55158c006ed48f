"""What the forms of every step have in common.

A `StepForms` is bound to typed text (a POST or a kept draft) or shows what is saved. It never writes
anything itself: `save` calls the step's operation and lets its refusals through.
"""

import uuid
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from cases import operations
from cases.models import TenantCase
from members.access import Actor


class PageForm(forms.Form):
    """Hidden fields of every step: the version its page showed and the form's own key."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)


class StepForms(ABC):
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

    @abstractmethod
    def build(self, data: QueryDict | None) -> None:
        """Make the step's forms; sets `main` at least."""

    @property
    def all_forms(self) -> list[forms.Form]:
        """Every form, for the summary of errors."""
        return [self.main]

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in [self.page, *self.all_forms]])

    @property
    def page_of_origin(self) -> operations.Page:
        return operations.Page(self.page.cleaned_data["version"], self.page.cleaned_data["form_key"])

    @abstractmethod
    def save(self, at: datetime) -> None:
        """Call the step's operation with what was typed; its refusals go through."""

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


def unkept_rows(data: QueryDict | None, *prefixes: str) -> QueryDict | None:
    """The typed data with every row taken as new: an emptied row is left out instead of refused."""
    if data is None:
        return None
    copy = data.copy()
    for prefix in prefixes:
        copy[f"{prefix}-INITIAL_FORMS"] = "0"
    return copy


def kept(formset: forms.BaseFormSet) -> list[dict[str, Any]]:
    """The rows of a valid formset that carry something and weren't removed."""
    removed = formset.deleted_forms
    return [form.cleaned_data for form in formset if form.has_changed() and form not in removed]
