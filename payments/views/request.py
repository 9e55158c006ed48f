"""« Demander le paiement »: the manager chooses the terms of a validated aid."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aids.models import AidRequest, RentTerm
from aids.states import TermState
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, writing
from ales.money import ZERO, format_euros
from members.access import roles_required
from members.models import BankDetails
from members.roles import Role
from payments import operations, permissions
from payments.documents.order import term_label
from payments.forms.orders import PaymentRequestForm, add_faults
from payments.models import PaymentOrder
from payments.rules.references import iban_end
from payments.rules.words import euros_in_words

TERM_TONES = {
    TermState.GRANTED: "success",
    TermState.ORDERED: "info",
    TermState.PAID: "success",
}


def _visible_aid(request: HttpRequest, public_id: UUID) -> AidRequest:
    aids = AidRequest.objects.visible_to(request.actor).select_related("landlord")
    return get_object_or_404(aids, public_id=public_id)


@form_page
@roles_required(Role.MANAGER)
def request_payment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose terms, see the account and the total, ask."""
    aid = _visible_aid(request, public_id)
    terms = list(aid.terms.all())
    payable = [term for term in terms if term.state == TermState.GRANTED]
    choices = [(str(term.public_id), term_label(term.month)) for term in payable]
    data = request.POST if request.method == "POST" else None
    form = PaymentRequestForm(data, choices=choices, initial={"version": aid.version})
    if data is not None and not payable and _latest_order(request, aid):
        # A second click: the first has taken every term already.
        messages.info(request, _("Le paiement est déjà demandé."))
        return redirect("payments:order", public_id=_latest_order(request, aid).public_id)
    if form.is_valid():
        try:
            order = operations.request_payment(
                actor=request.actor,
                request_id=public_id,
                term_ids=[UUID(term) for term in form.cleaned_data["terms"]],
                version=form.cleaned_data["version"],
                at=timezone.now(),
            )
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(
                request,
                _("Ordre %(number)s établi : %(amount)s à signer par le trésorier.")
                % {"number": order.number, "amount": format_euros(order.amount)},
            )
            return redirect("payments:order", public_id=order.public_id)
    chosen = set(data.getlist("terms")) if data is not None else {value for value, _label in choices}
    verdict = permissions.may_request_payment(request.actor, aid)
    account = BankDetails.objects.confirmed_for(aid.landlord_id)
    bank = permissions.payable(aid.landlord)
    context = {
        "aid": aid,
        "form": form,
        "rows": [_row(term, chosen) for term in terms],
        "has_payable": bool(payable),
        "verdict": verdict if not verdict else bank,
        "bank_reason": bank.reason,
        "account": account
        and [
            (_("Titulaire"), account.account_holder),
            (_("IBAN"), iban_end(account.iban)),
            (_("Coordonnées"), _("confirmées par deux personnes")),
        ],
        **_total([term for term in payable if str(term.public_id) in chosen]),
    }
    return render(request, "payments/request_payment.html", context)


def _latest_order(request: HttpRequest, aid: AidRequest) -> PaymentOrder | None:
    return PaymentOrder.objects.visible_to(request.actor).filter(request=aid).latest_first().first()


@writing
@roles_required(Role.MANAGER)
def request_total(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The total of the ticked terms, as they are ticked (htmx)."""
    aid = _visible_aid(request, public_id)
    chosen = set(request.POST.getlist("terms"))
    terms = [term for term in aid.terms.filter(state=TermState.GRANTED) if str(term.public_id) in chosen]
    return render(request, "payments/request_total.html", _total(terms))


def _row(term: RentTerm, chosen: set[str]) -> dict[str, Any]:
    return {
        "id": str(term.public_id),
        "label": term_label(term.month),
        "nature": term.get_nature_display(),
        "amount": term.granted,
        "state": term.get_state_display(),
        "tone": TERM_TONES.get(TermState(term.state), "neutral"),
        "is_payable": term.state == TermState.GRANTED,
        "is_chosen": str(term.public_id) in chosen,
    }


def _total(terms: list[RentTerm]) -> dict[str, Any]:
    amount = sum((term.granted for term in terms), ZERO)
    count = len(terms)
    return {
        "total": amount,
        "total_words": euros_in_words(amount) if terms else "",
        "total_count": ngettext("%s échéance", "%s échéances", count) % count
        if terms
        else _("Aucune échéance"),
    }


def aid_payment_url(aid: AidRequest) -> str:
    """The address of « Demander le paiement » for an aid."""
    return reverse("payments:request", args=[aid.public_id])
