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

from ales import conflicts
from cases import operations
from cases.models import TenantCase
from members.access import Actor


class PageForm(forms.Form):
    """Hidden fields of every step: the version its page showed, what it said, and the form's own key."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # Any text: one that can't be read suggests nothing (ales/conflicts.py), and never refuses what was typed.
    shown = forms.Field(widget=forms.HiddenInput, required=False)


class StepForms(ABC):
    """The forms of one step of one case, for one person."""

    slug: ClassVar[str]
    label: ClassVar[str]
    template: ClassVar[str]
    lead: ClassVar[str] = ""

    def __init__(self, case: TenantCase, actor: Actor, data: QueryDict | None = None) -> None:
        self.case, self.actor, self.data = case, actor, data
        self.build(data)
        self.page = PageForm(data, initial=None if data else self.fresh_page())

    @abstractmethod
    def build(self, data: QueryDict | None) -> None:
        """Make the step's forms; sets `main` at least."""

    def fresh_page(self) -> dict[str, Any]:
        """The hidden fields of a page that shows what is saved now."""
        return {
            "version": operations.step_version(self.case, self.slug),
            "form_key": uuid.uuid4(),
            "shown": conflicts.fingerprint(self.entries()),
        }

    def entries(self) -> dict[str, conflicts.Entry]:
        """What the step says, typed or saved, by what one chooses when two people have written it."""
        return conflicts.fields_of(self.main)

    @property
    def all_forms(self) -> list[forms.Form]:
        """Every form, for the summary of errors."""
        return [self.main]

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in [self.page, *self.all_forms]])

    def forgive(self) -> None:
        """Show what is typed without its errors: the person hasn't finished."""
        self.is_valid()
        for form in self.all_forms:
            form.errors.clear()

    @property
    def page_of_origin(self) -> operations.Page:
        """A page that doesn't say its version is one of a step never saved."""
        return operations.Page(self.page.cleaned_data["version"] or 0, self.page.cleaned_data["form_key"])

    @abstractmethod
    def save(self, at: datetime) -> None:
        """Call the step's operation with what was typed; its refusals go through."""

    def add_faults(self, faults: dict[str, list[str]]) -> None:
        """Show an operation's refusal at the fields it names."""
        for name, messages in faults.items():
            for message in messages:
                self.main.add_error(name if name in self.main.fields else None, message)

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
