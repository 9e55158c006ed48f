"""The form of a message: to whom, what, who is named, a file."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.documents.fields import UploadField
from cases.forms.fields import PlainTextField


class MessageForm(forms.Form):
    """`audiences` and `people` are choices (value, label); with one audience there is nothing to choose."""

    audience = forms.ChoiceField(
        label=_("Qui lira ce message"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez qui lira votre message.")},
    )
    text = PlainTextField(
        label=_("Message"),
        max_length=4000,
        help_text=_("« @Prénom Nom » prévient la personne. Ni santé, ni numéro de sécurité sociale."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Écrivez votre message.")},
    )
    mentions = forms.TypedMultipleChoiceField(
        label=_("Prévenir"),
        required=False,
        coerce=uuid.UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Cette personne ne lit pas ce fil.")},
    )
    file = UploadField(label=_("Pièce jointe"), required=False, help_text=_("PDF, JPEG ou PNG."))

    def __init__(
        self, *args, audiences: list[tuple[str, Any]], people: list[tuple[str, str]], **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = audiences
        self.fields["audience"].initial = audiences[0][0] if len(audiences) == 1 else None
        self.fields["mentions"].choices = people
        if not people:
            del self.fields["mentions"]
