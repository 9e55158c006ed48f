"""What pages say of a work, in its own words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ales.works.models import Outcome, Work, WorkState

TO_CONFIRM_LABELS = {
    Outcome.WAITING: gettext_lazy("Sera fait"),
    Outcome.DONE: gettext_lazy("Fait"),
    Outcome.REFUSED: gettext_lazy("Impossible"),
}
LABELS = {
    Outcome.WAITING: gettext_lazy("Pas encore fait"),
    Outcome.DONE: gettext_lazy("Fait"),
    Outcome.REFUSED: gettext_lazy("Impossible"),
}


def outcome_labels(work: Work) -> dict[str, str]:
    """How each outcome reads at this point of the work."""
    labels = TO_CONFIRM_LABELS if work.state == WorkState.TO_CONFIRM else LABELS
    if work.is_over:
        labels = labels | {Outcome.WAITING: _("Pas fait")}
    return {outcome.value: str(label) for outcome, label in labels.items()}


def number(count: int) -> str:
    """`12 340`."""
    return f"{count:,}".replace(",", "\u202f")


def progress_text(work: Work) -> str:
    """`1 200 sur 5 000`; nothing is known of a work no worker has begun."""
    if not work.total:
        return _("bientôt commencé")
    return _("%(done)s sur %(total)s") % {"done": number(work.done), "total": number(work.total)}


def done_text(work: Work) -> str:
    """What came of it, in a few words."""
    if work.state == WorkState.TO_CONFIRM:
        ready = work.total - work.refused
        return ngettext("%s ligne prête", "%s lignes prêtes", ready) % number(ready)
    if work.state == WorkState.FAILED:
        return work.error
    if not work.is_over:
        return progress_text(work)
    done = work.done - work.refused
    text = ngettext("%s ligne", "%s lignes", done) % number(done)
    if work.refused:
        left_out = ngettext("%s impossible", "%s impossibles", work.refused) % number(work.refused)
        return f"{text}, {left_out}"
    return text
