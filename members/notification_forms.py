"""The form of one's choices of mails: a field a kind."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.registry import NotificationKind
from members.notifications import preferences

KEPT = _("Quelqu’un attend votre réponse : ce mail ne peut pas être coupé, seulement regroupé.")


class PreferencesForm(forms.Form):
    """How each of these kinds is mailed; a kind of duty doesn't offer "never", and says why."""

    def __init__(self, *args, kinds: Sequence[NotificationKind], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds:
            self.fields[kind.code] = forms.ChoiceField(
                label=kind.label,
                choices=[(channel.value, channel.label) for channel in preferences.channels_for(kind)],
                help_text=KEPT if kind.duty else "",
                error_messages={"invalid_choice": _("Choisissez l’une des fréquences proposées.")},
            )
