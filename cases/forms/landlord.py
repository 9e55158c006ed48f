"""The landlord of a dwelling, typed by its name among those one may choose: it is who will be paid."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.text import fold
from members.models import Organisation
from members.roles import LandlordType

UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: What ends a label of landlords that nothing else tells apart: the beginning of one's public id.
MARK = re.compile(r" \[([0-9a-f]{6})\]$")
#: Landlords proposed when the one typed isn't found.
NEAR = 6


def _kind(landlord_type: str) -> str:
    """What ends a name to say what the landlord is; "" when nothing is known."""
    if not landlord_type:
        return ""
    label = LandlordType(landlord_type).label
    return f" ({label})" if landlord_type == LandlordType.PRIVATE else f" – {label}"


ENDINGS = tuple(_kind(landlord_type) for landlord_type in LandlordType.values)


def _bare_label(landlord: Organisation) -> str:
    return landlord.name + _kind(landlord.landlord_type)


def landlord_labels(landlords: Sequence[Organisation]) -> list[str]:
    """Each landlord's name with what it is, as one reads it in the list and may type it; two that would
    read alike end with a mark of their own."""
    times = Counter(map(_bare_label, landlords))
    return [
        f"{label} [{landlord.public_id.hex[:6]}]" if times[label] > 1 else label
        for landlord in landlords
        for label in [_bare_label(landlord)]
    ]


class LandlordField(forms.Field):
    """A landlord typed by its name, with or without what it is; the browser proposes those of `queryset`.

    Nothing typed is left out to find one: a name that several bear, or none, is refused.
    """

    queryset = Organisation.objects.none()
    text = forms.CharField(max_length=200, required=False)

    def to_python(self, value: Any) -> Organisation | None:
        if isinstance(value, Organisation):
            return value
        typed = self.text.clean(self.prepare_value(value))
        if not typed:
            return None
        bare = MARK.sub("", typed)
        name = next((bare.removesuffix(ending) for ending in ENDINGS if bare.endswith(ending)), bare)
        found = list(self.queryset.filter(sort_key__in={fold(bare), fold(name)}))
        labelled = zip(found, landlord_labels(found), strict=True)
        chosen = [landlord for landlord, label in labelled if label == typed]
        chosen = chosen or [landlord for landlord in found if landlord.sort_key == fold(typed)]
        if len(chosen) == 1:
            return chosen[0]
        if near := found or list(self.queryset.matching(name)[:NEAR]):
            raise forms.ValidationError(
                _("Précisez le bailleur, par exemple : %s.") % " ; ".join(landlord_labels(near))
            )
        raise forms.ValidationError(
            _("« %s » n’est pas dans la liste des bailleurs : choisissez-le à nouveau.") % typed
        )

    def prepare_value(self, value: Any) -> Any:
        """A landlord's label; drafts typed when this field was a list hold a public id."""
        if isinstance(value, str) and UUID_PATTERN.fullmatch(value):
            value = self.queryset.filter(public_id=value).first() or value
        if not isinstance(value, Organisation):
            return value
        alike = list(self.queryset.filter(sort_key=value.sort_key).exclude(pk=value.pk))
        return landlord_labels([value, *alike])[0]
