"""What a landlord's agent does about a payment: confirm it arrived, or say what is wrong (DOMAIN §3, §9)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.errors import InvalidInputError, Refusal
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.keyset import page_of
from ales.money import format_euros
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from payments import operations, permissions
from payments.forms.landlord import QueryForm, ReceiptForm
from payments.models import PaymentAdvice, PaymentQuery


@reading
@roles_required(Role.LANDLORD_AGENT)
def receipt_list(request: HttpRequest) -> HttpResponse:
    """Payments made and not yet confirmed received, the oldest first."""
    waiting = PaymentAdvice.objects.visible_to(request.actor).awaiting_receipt().select_related("request")
    page = page_of(waiting, request.GET, ("executed_on", "id"), descending=False)
    asked = PaymentQuery.objects.asked_about(page.rows)
    context = {"rows": [_row(advice, asked=advice.pk in asked) for advice in page.rows], "page": page}
    return render(request, "landlord/receipts.html", context)


def _row(advice: PaymentAdvice, *, asked: bool) -> dict[str, Any]:
    return {
        "url": reverse("payments:tenant_aid", args=[advice.request.public_id]),
        "tenant": advice.request.tenant_name,
        "own_reference": advice.request.landlord_reference or "–",
        "executed": format_date(advice.executed_on),
        "end_to_end_id": advice.end_to_end_id,
        "amount": advice.amount,
        "has_open_query": asked,
        "receipt_url": reverse("payments:confirm_receipt", args=[advice.public_id]),
        "query_url": reverse("payments:ask_query", args=[advice.public_id]),
    }


def _advice_page(
    request: HttpRequest,
    public_id: UUID,
    *,
    verdict: Callable[..., Verdict],
    form_of: Callable[[PaymentAdvice], forms.Form],
    operation: Callable[[dict[str, Any]], Any],
    template: str,
    done: str,
) -> HttpResponse:
    """A page that repeats the payment, then does one thing about it."""
    advice = get_object_or_404(
        PaymentAdvice.objects.visible_to(request.actor).select_related("request"), public_id=public_id
    )
    aid_url = reverse("payments:tenant_aid", args=[advice.request.public_id])
    form = form_of(advice)
    if request.method == "POST" and form.is_valid():
        try:
            operation(form.cleaned_data)
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(aid_url)
        else:
            messages.success(request, done)
            return redirect(aid_url)
    elif not (answer := _ask(verdict, request.actor, advice)):
        messages.warning(request, answer.reason)
        return redirect(aid_url)
    context = {"advice": advice, "aid_url": aid_url, "form": form, "summary": _summary(advice)}
    return render(request, template, context)


def _ask(verdict: Callable[..., Verdict], actor: Actor, advice: PaymentAdvice) -> Verdict:
    return verdict(actor, advice, has_open_query=bool(PaymentQuery.objects.asked_about([advice])))


def _summary(advice: PaymentAdvice) -> list[tuple[str, str]]:
    return [
        (_("Montant"), format_euros(advice.amount)),
        (_("Exécuté le"), format_date(advice.executed_on)),
        (_("Référence du virement"), advice.end_to_end_id),
        (_("Locataire"), advice.request.tenant_name),
        (_("Votre référence"), advice.request.landlord_reference),
        (_("Échéances"), ", ".join(row["label"] for row in advice.months)),
    ]


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@form_page
@roles_required(Role.LANDLORD_AGENT)
def confirm_receipt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« J'ai reçu ce virement », and on which day."""
    return _advice_page(
        request,
        public_id,
        verdict=permissions.may_confirm_receipt,
        form_of=lambda advice: ReceiptForm(_typed(request), initial={"received_on": advice.executed_on}),
        operation=lambda data: operations.confirm_receipt(
            actor=request.actor, advice_id=public_id, at=timezone.now(), **data
        ),
        template="landlord/confirm_receipt.html",
        done=_("Réception confirmée, merci."),
    )


@form_page
@roles_required(Role.LANDLORD_AGENT)
def ask_query(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Signaler un écart »: what is wrong, for the organisation that follows the aid."""
    return _advice_page(
        request,
        public_id,
        verdict=permissions.may_ask_query,
        form_of=lambda _advice: QueryForm(_typed(request)),
        operation=lambda data: operations.ask_query(
            actor=request.actor, advice_id=public_id, at=timezone.now(), **data
        ),
        template="landlord/ask_query.html",
        done=_("Votre question est posée : l’organisme qui suit l’aide en est averti."),
    )
