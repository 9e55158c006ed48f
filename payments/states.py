"""States of a payment order and its legal moves (DOMAIN §9)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderState(TextChoices):
    TO_SIGN = "to_sign", _("à signer")
    SIGNED = "signed", _("signé")
    EXECUTED = "executed", _("exécuté")
    GIVEN_UP = "given_up", _("abandonné")


TONES = {
    OrderState.TO_SIGN: "warning",
    OrderState.SIGNED: "info",
    OrderState.EXECUTED: "success",
    OrderState.GIVEN_UP: "neutral",
}

#: The order still holds its terms.
LIVE = frozenset({OrderState.TO_SIGN, OrderState.SIGNED, OrderState.EXECUTED})

#: name -> (sources, target)
MOVES: dict[str, tuple[frozenset[str], str]] = {
    "sign": (frozenset({"to_sign"}), "signed"),
    "execute": (frozenset({"signed"}), "executed"),
    "give_up": (frozenset({"to_sign", "signed"}), "given_up"),
}
