"""The field people send files with: checked as it is chosen, and again when it is sent (DOMAIN §14)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from ales.documents import uploads
from ales.errors import InvalidInputError

#: Added to the field's name: the box "file it all the same".
CONFIRMED = "_malgre_numero"
WARNING = _(
    "Ce fichier semble contenir un numéro de sécurité sociale. Choisissez-en un autre où il est masqué, "
    "ou cochez « Déposer quand même »."
)


class UploadInput(forms.FileInput):
    """A file input that has the file read by the server as soon as it is chosen; nothing is stored then.

    The warning comes below the input, with the box that confirms; it works without JavaScript as well,
    but then the file has to be chosen once more.
    """

    template_name = "forms/widgets/upload.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": uploads.ACCEPT} | (attrs or {}))
        self.is_doubtful = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        check_url = reverse_lazy("documents:check")
        return context | {"check_url": check_url, "name": name, "is_doubtful": self.is_doubtful}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[Any, bool]:
        return super().value_from_datadict(data, files, name), data.get(name + CONFIRMED) == "1"


class UploadField(forms.FileField):
    """A PDF, JPEG or PNG; one whose text holds a NIR is refused until the person confirms it."""

    widget = UploadInput

    def clean(self, data: tuple[Any, bool] | None, initial: Any = None) -> UploadedFile | None:
        file, confirmed = data or (None, False)
        uploaded = super().clean(file, initial)
        if not isinstance(uploaded, UploadedFile):
            return uploaded
        try:
            doubtful = not confirmed and uploads.holds_number(uploaded)
        except InvalidInputError as refusal:
            raise ValidationError(refusal.faults["file"]) from refusal
        if doubtful:
            self.widget.is_doubtful = True
            raise ValidationError(WARNING, code="nir")
        return uploaded

    def has_changed(self, initial: Any, data: tuple[Any, bool] | None) -> bool:
        return super().has_changed(initial, data[0] if data else None)
