"""States of a payment order and of a batch, and their legal moves (DOMAIN §9)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderState(TextChoices):
    TO_SIGN = "to_sign", _("à signer")
    SIGNED = "signed", _("signé")
    BATCHED = "batched", _("dans un bordereau")
    SENT = "sent", _("transmis à la banque")
    EXECUTED = "executed", _("exécuté")
    REJECTED = "rejected", _("rejeté par la banque")
    GIVEN_UP = "given_up", _("abandonné")


TONES = {
    OrderState.TO_SIGN: "warning",
    OrderState.SIGNED: "info",
    OrderState.BATCHED: "info",
    OrderState.SENT: "info",
    OrderState.EXECUTED: "success",
    OrderState.REJECTED: "danger",
    OrderState.GIVEN_UP: "neutral",
}

#: The money is neither paid nor given back: somebody has still to act.
UNDER_WAY = frozenset({OrderState.TO_SIGN, OrderState.SIGNED, OrderState.BATCHED, OrderState.SENT})

#: The bank hasn't the order yet: a changed account or a stopped aid puts it on hold.
WAITING_FOR_BANK = frozenset({OrderState.TO_SIGN, OrderState.SIGNED, OrderState.BATCHED})

#: name -> (sources, target)
MOVES: dict[str, tuple[frozenset[str], str]] = {
    "sign": (frozenset({"to_sign"}), "signed"),
    "batch": (frozenset({"signed"}), "batched"),
    "unbatch": (frozenset({"batched"}), "signed"),
    "send": (frozenset({"batched"}), "sent"),
    # A transfer typed by hand at the bank is signed only.
    "execute": (frozenset({"signed", "sent"}), "executed"),
    # A bank also returns what it had executed.
    "reject": (frozenset({"sent", "executed"}), "rejected"),
    "give_up": (frozenset({"to_sign", "signed"}), "given_up"),
}


class BatchState(TextChoices):
    PREPARED = "prepared", _("à transmettre")
    SENT = "sent", _("transmis à la banque")
    CANCELLED = "cancelled", _("annulé")


BATCH_TONES = {BatchState.PREPARED: "warning", BatchState.SENT: "success", BatchState.CANCELLED: "neutral"}

BATCH_MOVES: dict[str, tuple[frozenset[str], str]] = {
    "send": (frozenset({"prepared"}), "sent"),
    "cancel": (frozenset({"prepared"}), "cancelled"),
}
