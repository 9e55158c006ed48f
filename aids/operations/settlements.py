"""What payments tell an aid: terms ordered, given back, paid (DOMAIN §7). Called by the payments' room only,
which has authorised the step and holds the request."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids.models import AidRequest, FundAllocation, RentTerm
from aids.operations.steps import record, save
from aids.states import RequestState, TermState
from ales.errors import InvalidInputError
from ales.money import ZERO, format_euros
from members import funds
from members.access import Actor


def _lock(request: AidRequest, terms: Sequence[RentTerm]) -> tuple[AidRequest, list[RentTerm]]:
    """Fresh, locked rows of the request and of these terms, which must be its own."""
    locked = AidRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    found = list(locked.terms.filter(pk__in=[term.pk for term in terms]).select_for_update())
    if not found or len(found) != len({term.pk for term in terms}):
        raise InvalidInputError(_("Choisissez au moins une échéance de cette demande."))
    return locked, found


def _require_state(terms: Sequence[RentTerm], state: str, message: str) -> None:
    wrong = [str(term) for term in terms if term.state != state]
    if wrong:
        raise InvalidInputError(f"{message} ({', '.join(wrong)}).")


def _euros(terms: Sequence[RentTerm]) -> Decimal:
    return sum((term.granted for term in terms), start=ZERO)


def _months(terms: Sequence[RentTerm]) -> str:
    return ", ".join(str(term) for term in terms)


@transaction.atomic
def order_terms(*, actor: Actor, request: AidRequest, terms: Sequence[RentTerm], at: datetime) -> AidRequest:
    """A payment order was drawn on these granted terms. Raises InvalidInputError when one isn't waiting.

    Returns the fresh request.
    """
    request, terms = _lock(request, terms)
    _require_state(terms, TermState.GRANTED, _("Ces échéances n’attendent pas de paiement"))
    from_state = request.state
    if from_state not in (RequestState.VALIDATED, RequestState.IN_PAYMENT):
        raise InvalidInputError(_("Le paiement se demande sur une demande validée."))
    RentTerm.objects.filter(pk__in=[term.pk for term in terms]).update(state=TermState.ORDERED)
    request.start_payment()
    save(request, at)
    text = _("Paiement demandé : %(months)s, %(euros)s") % {
        "months": _months(terms),
        "euros": format_euros(_euros(terms)),
    }
    record(request, actor=actor, at=at, kind="order", text=text, from_state=from_state)
    return request


@transaction.atomic
def return_terms(
    *, actor: Actor, request: AidRequest, terms: Sequence[RentTerm], at: datetime, reason: str = ""
) -> AidRequest:
    """The order of these terms was given up: they wait again, or go back to the funds when the aid was
    stopped meanwhile. Returns the fresh request."""
    request, terms = _lock(request, terms)
    _require_state(terms, TermState.ORDERED, _("Ces échéances ne sont dans aucun ordre de paiement"))
    from_state = request.state
    RentTerm.objects.filter(pk__in=[term.pk for term in terms]).update(state=TermState.GRANTED)
    if request.state == RequestState.STOPPED:
        release_terms(actor=actor, request=request, terms=terms, at=at)
    elif not request.terms.filter(state__in=[TermState.ORDERED, TermState.PAID]).exists():
        request.return_to_validated()
    save(request, at)
    text = _("Paiement abandonné : %s") % _months(terms)
    record(request, actor=actor, at=at, kind="return", text=text, from_state=from_state, reason=reason)
    return request


@transaction.atomic
def settle_terms(
    *, actor: Actor, request: AidRequest, terms: Sequence[RentTerm], paid_on: date, at: datetime
) -> AidRequest:
    """The bank paid these terms on `paid_on`; the request is settled when nothing waits any more.

    Returns the fresh request.
    """
    request, terms = _lock(request, terms)
    _require_state(terms, TermState.ORDERED, _("Ces échéances ne sont dans aucun ordre de paiement"))
    from_state = request.state
    RentTerm.objects.filter(pk__in=[term.pk for term in terms]).update(state=TermState.PAID, paid_on=paid_on)
    request.paid_amount += _euros(terms)
    waits = request.terms.filter(state__in=[TermState.GRANTED, TermState.ORDERED]).exists()
    if request.state == RequestState.IN_PAYMENT and not waits:
        request.settle()
        request.closed_at = at
    save(request, at)
    text = _("Payé au bailleur : %(months)s, %(euros)s") % {
        "months": _months(terms),
        "euros": format_euros(_euros(terms)),
    }
    record(request, actor=actor, at=at, kind="execution", text=text, from_state=from_state)
    return request


@transaction.atomic
def unsettle_terms(
    *, actor: Actor, request: AidRequest, terms: Sequence[RentTerm], at: datetime, reason: str
) -> AidRequest:
    """The bank rejected the transfer of these terms, or returned it after having paid: they are in their
    order, not paid, and a settled request is in payment again. Returns the fresh request."""
    request, terms = _lock(request, terms)
    paid = [term for term in terms if term.state == TermState.PAID]
    if len(paid) != len(terms):
        _require_state(terms, TermState.ORDERED, _("Ces échéances ne sont ni payées ni en paiement"))
    from_state = request.state
    if paid:
        RentTerm.objects.filter(pk__in=[term.pk for term in paid]).update(
            state=TermState.ORDERED, paid_on=None
        )
        request.paid_amount -= _euros(paid)
    if request.state == RequestState.SETTLED:
        request.unsettle()
        request.closed_at = None
    save(request, at)
    text = _("Virement rejeté par la banque : %(months)s, %(euros)s") % {
        "months": _months(terms),
        "euros": format_euros(_euros(terms)),
    }
    record(request, actor=actor, at=at, kind="rejection", text=text, from_state=from_state, reason=reason)
    return request


@transaction.atomic
def release_ordered_terms(
    *, actor: Actor, request: AidRequest, terms: Sequence[RentTerm], at: datetime, reason: str
) -> AidRequest:
    """The rejected order of these terms won't be paid again: their money goes back to the funds, and the
    request is settled when nothing waits any more. Returns the fresh request."""
    request, terms = _lock(request, terms)
    _require_state(terms, TermState.ORDERED, _("Ces échéances ne sont dans aucun ordre de paiement"))
    from_state = request.state
    released = release_terms(actor=actor, request=request, terms=terms, at=at)
    _close_or_go_back(request, at)
    save(request, at)
    text = _("Rendu aux fonds : %(months)s, %(euros)s") % {
        "months": _months(terms),
        "euros": format_euros(released),
    }
    record(request, actor=actor, at=at, kind="release", text=text, from_state=from_state, reason=reason)
    return request


def _close_or_go_back(request: AidRequest, at: datetime) -> None:
    """A request in payment is settled when no term waits, only validated when none is ordered nor paid."""
    if request.state != RequestState.IN_PAYMENT:
        return
    states = set(request.terms.values_list("state", flat=True))
    if not states & {TermState.GRANTED, TermState.ORDERED}:
        request.settle()
        request.closed_at = at
    elif not states & {TermState.ORDERED, TermState.PAID}:
        request.return_to_validated()


def release_terms(*, actor: Actor, request: AidRequest, terms: Sequence[RentTerm], at: datetime) -> Decimal:
    """Give these granted, unordered terms back to their funds; the euros released."""
    if not terms:
        return ZERO
    ids = [term.pk for term in terms]
    RentTerm.objects.filter(pk__in=ids).update(state=TermState.RELEASED)
    funds.release(
        actor=actor,
        lines=list(FundAllocation.objects.filter(term_id__in=ids).values_list("fund_id", "amount")),
        # A term is released once: the first of them names this release for ever.
        cause_kind="aid_terms",
        cause_id=terms[0].public_id,
        label=_("Aide %(reference)s : %(months)s non versés")
        % {"reference": request.reference, "months": _months(terms)},
        value_date=localdate(at),
    )
    return _euros(terms)
