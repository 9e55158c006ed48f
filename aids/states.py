"""States of an aid request, one label per audience, and the legal moves as data (DOMAIN §7)."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RequestState(TextChoices):
    DRAFT = "draft", _("brouillon")
    SUBMITTED = "submitted", _("à décider")
    RETURNED = "returned", _("à compléter")
    VALIDATED = "validated", _("validée")
    IN_PAYMENT = "in_payment", _("en paiement")
    SETTLED = "settled", _("soldée")
    REJECTED = "rejected", _("refusée")
    WITHDRAWN = "withdrawn", _("retirée")
    STOPPED = "stopped", _("arrêtée")


#: What the landlord reads: nothing of the instruction but that it goes on.
LANDLORD_LABELS = {
    RequestState.SUBMITTED: _("en instruction"),
    RequestState.RETURNED: _("en instruction"),
    RequestState.VALIDATED: _("accordée"),
    RequestState.IN_PAYMENT: _("en paiement"),
    # Nothing is left to pay, which is not to say that it was paid: the amounts tell.
    RequestState.SETTLED: _("soldée"),
    RequestState.REJECTED: _("non accordée"),
    RequestState.STOPPED: _("arrêtée"),
}

#: States the landlord is told of.
LANDLORD_STATES = frozenset(LANDLORD_LABELS)

#: Tone of the badge (components: status_badge).
TONES = {
    RequestState.DRAFT: "neutral",
    RequestState.SUBMITTED: "info",
    RequestState.RETURNED: "warning",
    RequestState.VALIDATED: "success",
    RequestState.IN_PAYMENT: "info",
    RequestState.SETTLED: "success",
    RequestState.REJECTED: "danger",
    RequestState.WITHDRAWN: "neutral",
    RequestState.STOPPED: "warning",
}

#: The landlord's badge must not tell a send-back from an instruction that goes on.
LANDLORD_TONES = TONES | {RequestState.RETURNED: TONES[RequestState.SUBMITTED]}

EDITABLE = frozenset({RequestState.DRAFT, RequestState.RETURNED})
#: The money is committed and the aid counts.
GRANTED = frozenset(
    {RequestState.VALIDATED, RequestState.IN_PAYMENT, RequestState.SETTLED, RequestState.STOPPED}
)
#: Still on its way: its months are taken.
LIVE = frozenset(
    {
        RequestState.DRAFT,
        RequestState.SUBMITTED,
        RequestState.RETURNED,
        RequestState.VALIDATED,
        RequestState.IN_PAYMENT,
        RequestState.SETTLED,
    }
)


class TermState(TextChoices):
    ASKED = "ASKED", _("demandé")
    GRANTED = "GRANTED", _("accordé")
    ORDERED = "ORDERED", _("paiement demandé")
    PAID = "PAID", _("payé")
    RELEASED = "RELEASED", _("dégagé")
    REFUSED = "REFUSED", _("refusé")
    WITHDRAWN = "WITHDRAWN", _("retiré")


#: Terms that hold their month: no other aid of the case may take it.
TERMS_HOLDING_MONTH = ("ASKED", "GRANTED", "ORDERED", "PAID")


@dataclass(frozen=True)
class Move:
    """A legal move: its name, where it starts, where it ends, whether it needs a reason."""

    name: str
    sources: frozenset[str]
    target: str
    needs_reason: bool = False


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move("submit", frozenset({"draft", "returned"}), "submitted"),
        Move("send_back", frozenset({"submitted"}), "returned", needs_reason=True),
        Move("validate", frozenset({"submitted"}), "validated"),
        Move("reject", frozenset({"submitted"}), "rejected", needs_reason=True),
        Move("reopen", frozenset({"rejected"}), "submitted", needs_reason=True),
        Move("withdraw", frozenset({"draft", "submitted", "returned"}), "withdrawn", needs_reason=True),
        Move("start_payment", frozenset({"validated", "in_payment"}), "in_payment"),
        Move("return_to_validated", frozenset({"in_payment"}), "validated"),
        Move("settle", frozenset({"in_payment", "validated"}), "settled"),
        # The bank returned a payment.
        Move("unsettle", frozenset({"settled"}), "in_payment"),
        Move("stop", frozenset({"validated", "in_payment"}), "stopped", needs_reason=True),
    )
}
