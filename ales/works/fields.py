"""Fields that read a spreadsheet's cell: words people write for codes, yes and no."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.text import fold

YES, NO = frozenset({"oui", "o", "x", "1", "vrai"}), frozenset({"non", "n", "0", "faux"})


class CodedField(forms.Field):
    """A code of a closed list, written by its French label (accents and case don't matter) or by itself."""

    default_error_messages = {"unknown": gettext_lazy("Valeurs acceptées : %(accepted)s.")}

    def __init__(self, *, choices: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        self.accepted = [(str(code), str(label)) for code, label in choices if code]
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        if value in self.empty_values:
            return ""
        wanted = fold(str(value))
        for code, label in self.accepted:
            if wanted in (fold(label), fold(code)):
                return code
        accepted = ", ".join(label for _code, label in self.accepted)
        raise ValidationError(self.error_messages["unknown"] % {"accepted": accepted}, code="unknown")


class YesNoField(forms.Field):
    """`oui` or `non`; `empty` when left out."""

    def __init__(self, *, empty: bool = False, **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> bool:
        wanted = fold(str(value or ""))
        if not wanted:
            return self.empty
        if wanted in YES or wanted in NO:
            return wanted in YES
        raise ValidationError(_("Écrivez oui ou non."), code="unknown")
