"""Orders that must wait: account changed or refused, landlord suspended, aid stopped (DOMAIN §9)."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from aids.states import RequestState
from ales.dates import format_date
from members.models import BankDetails
from members.models.bank_details import BankDetailsState
from payments.models import PaymentOrder
from payments.states import WAITING_FOR_BANK


def reasons(orders: Sequence[PaymentOrder]) -> dict[int, str]:
    """Why each order must wait, by its id; those free to go on are left out. One query at most.

    Reads `order.request` and `order.landlord`. `PaymentOrderQuerySet.on_hold` says the same in the database.
    """
    waiting = [order for order in orders if order.state in WAITING_FOR_BANK]
    accounts = _accounts({order.landlord_id for order in waiting}) if waiting else {}
    found = ((order.pk, _reason(order, accounts.get(order.landlord_id, {}))) for order in waiting)
    return {pk: reason for pk, reason in found if reason}


def reason(order: PaymentOrder) -> str:
    """Why this order must wait; "" when it doesn't. One query at most."""
    return reasons([order]).get(order.pk, "")


def _accounts(landlord_ids: set[int]) -> dict[int, dict[str, BankDetails]]:
    """By landlord, its proposed and its confirmed details, by state."""
    rows = BankDetails.objects.filter(
        landlord_id__in=landlord_ids, state__in=[BankDetailsState.PROPOSED, BankDetailsState.CONFIRMED]
    )
    accounts: dict[int, dict[str, BankDetails]] = {}
    for details in rows:
        accounts.setdefault(details.landlord_id, {})[details.state] = details
    return accounts


def bank_refusal(details: BankDetails) -> str:
    """Why nothing may be paid to an account that the bank refused, and who can mend it."""
    return _(
        "La banque a refusé le compte du bailleur le %(day)s (%(reason)s) : d’autres coordonnées bancaires "
        "sont à saisir et à confirmer, ou ce compte à vérifier par le trésorier auprès du bailleur."
    ) % {"day": format_date(details.bank_refused_on), "reason": details.bank_refused_reason}


def _reason(order: PaymentOrder, accounts: dict[str, BankDetails]) -> str:
    if order.request.state == RequestState.STOPPED:
        return _("L’aide est arrêtée : l’ordre est à abandonner.")
    if not order.landlord.is_active:
        return _("Le bailleur est suspendu par l’association.")
    if BankDetailsState.PROPOSED in accounts:
        return _("Les coordonnées bancaires du bailleur attendent une seconde personne.")
    confirmed = accounts.get(BankDetailsState.CONFIRMED)
    if confirmed is None:
        return _("Le bailleur n’a plus de coordonnées bancaires confirmées.")
    if confirmed.pk != order.bank_details_id:
        return _("Le compte du bailleur a changé : l’ordre est à abandonner, puis à redemander.")
    return bank_refusal(confirmed) if confirmed.is_refused_by_bank else ""
