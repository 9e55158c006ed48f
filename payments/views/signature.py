"""Several orders signed together: a page that repeats what is signed, then a report line by line."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError, StalePageError
from ales.forms import add_faults
from ales.http import form_page
from members.access import Actor, roles_required
from members.roles import Role
from members.sign_in.again import asked_again
from payments import holds, operations, permissions
from payments.forms.batches import SignManyForm
from payments.models import PaymentOrder
from payments.operations import MOST_AT_ONCE, Signature
from payments.states import OrderState
from payments.views.selection import Selection, chosen_orders, landlords_of, posted_ids, total_of
from payments.views.worklist import rows_of


@form_page
@roles_required(Role.TREASURER)
@asked_again
def sign_many(request: HttpRequest) -> HttpResponse:
    """What was shown is signed, whatever the filters would show now: the page posts its orders' ids."""
    if request.method != "POST":
        return _confirm(request, SignManyForm(), chosen_orders(request, OrderState.TO_SIGN))
    form = SignManyForm(request.POST)
    try:
        ids = posted_ids(request)
    except StalePageError as refusal:
        messages.error(request, refusal.message)
        return redirect(_list_url())
    if form.is_valid():
        try:
            signatures = operations.sign_many(actor=request.actor, order_ids=ids, at=timezone.now())
        except InvalidInputError as error:
            add_faults(form, error)
        else:
            return render(request, "payments/sign_report.html", _report(signatures))
    return _confirm(request, form, _shown_before(request, ids))


def _shown_before(request: HttpRequest, ids: list) -> Selection:
    orders = PaymentOrder.objects.visible_to(request.actor).filter(public_id__in=ids).oldest_first()
    return Selection(list(orders.select_related("landlord", "organisation", "request")[:MOST_AT_ONCE]))


def _confirm(request: HttpRequest, form: SignManyForm, selection: Selection) -> HttpResponse:
    refusals = _refusals(request.actor, selection.orders)
    signable = [order for order in selection.orders if order.pk not in refusals]
    context = {
        "form": form,
        "rows": rows_of(signable, request.actor),
        "total": total_of(signable),
        "count": len(signable),
        "landlords": landlords_of(signable),
        "refused": refused_rows([order for order in selection.orders if order.pk in refusals], refusals),
        "is_cut": selection.is_cut,
        "most": MOST_AT_ONCE,
        "list_url": _list_url(),
    }
    return render(request, "payments/sign_many.html", context)


def _refusals(actor: Actor, orders: list[PaymentOrder]) -> dict[int, str]:
    """Why each can't be signed, as `permissions.sign_verdict` says one by one; one query at most."""
    waiting = holds.reasons(orders)
    refusals = {}
    for order in orders:
        verdict = permissions.may_sign(actor, order)
        if not verdict:
            refusals[order.pk] = verdict.reason
        elif order.pk in waiting:
            refusals[order.pk] = waiting[order.pk]
    return refusals


def refused_rows(orders: list[PaymentOrder], reasons: dict[int, str]) -> list[dict[str, Any]]:
    """Orders left out, each with its reason."""
    return [
        {
            "number": order.number,
            "url": reverse("payments:order", args=[order.public_id]),
            "landlord": order.landlord.name,
            "amount": order.amount,
            "reason": reasons[order.pk],
        }
        for order in orders
    ]


def _report(signatures: list[Signature]) -> dict[str, Any]:
    done = [signature.order for signature in signatures if signature.is_done]
    earlier = [signature.order for signature in signatures if signature.is_earlier]
    refused = [signature for signature in signatures if signature.reason]
    reasons = {signature.order.pk: signature.reason for signature in refused}
    return {
        "count": len(done),
        "total": total_of(done),
        "landlords": landlords_of(done),
        "earlier": [order.number for order in earlier],
        "refused": refused_rows([signature.order for signature in refused], reasons),
        "list_url": _list_url(),
        "batch_url": reverse("payments:batch_prepare"),
        "heading": _("Ordres signés") if done else _("Aucun ordre signé"),
    }


def _list_url() -> str:
    return f"{reverse('payments:orders')}?etat={OrderState.TO_SIGN}"
