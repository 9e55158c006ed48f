"""The three moves of an order: sign, record the execution, give up; a page each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError, Refusal
from ales.http import form_page
from ales.money import format_euros
from ales.text import group_by_four
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from members.sign_in.again import asked_again
from payments import operations, permissions
from payments.forms.orders import ExecutionForm, GiveUpForm, SignForm, add_faults
from payments.models import PaymentOrder
from payments.rules.references import iban_end
from payments.states import OrderState
from payments.views.orders import visible_order, warnings_of


def move_page(
    request: HttpRequest,
    public_id: UUID,
    *,
    verdict: Callable[[Actor, PaymentOrder], Verdict],
    form_of: Callable[[PaymentOrder], forms.Form],
    operation: Callable[[dict[str, Any]], Any],
    done: str,
    texts: dict[str, Any],
) -> HttpResponse:
    """A page that repeats amount, landlord and account, then does one move."""
    order = visible_order(request, public_id)
    order_url = reverse("payments:order", args=[order.public_id])
    form = form_of(order)
    if request.method == "POST" and form.is_valid():
        try:
            operation(form.cleaned_data)
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(order_url)
        else:
            messages.success(request, done % {"number": order.number})
            return redirect(order_url)
    elif not (answer := verdict(request.actor, order)):
        messages.warning(request, answer.reason)
        return redirect(order_url)
    context = {
        "order": order,
        "order_url": order_url,
        "form": form,
        "warnings": warnings_of(order),
        "summary": [
            (_("Montant"), format_euros(order.amount)),
            (_("En toutes lettres"), order.frozen["amount_in_words"]),
            (_("Bailleur"), order.landlord.name),
            (_("Titulaire du compte"), order.account_holder),
            (_("IBAN"), group_by_four(order.iban)),
            (_("Aide"), f"{order.request.reference} – {order.request.tenant_name}"),
        ],
        "account_end": iban_end(order.iban),
        **texts,
    }
    return render(request, "payments/order_move.html", context)


def typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@form_page
@roles_required(Role.TREASURER)
@asked_again
def sign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The visa."""
    return move_page(
        request,
        public_id,
        verdict=permissions.sign_verdict,
        form_of=lambda _order: SignForm(typed(request)),
        operation=lambda _data: operations.sign(actor=request.actor, order_id=public_id, at=timezone.now()),
        done=_("Ordre %(number)s signé : il peut être transmis à la banque."),
        texts={
            "heading": _("Signer l’ordre"),
            "submit_label": _("Signer l’ordre"),
            "submit_style": "primary",
            "consequence": _("Votre visa, avec votre nom et l’heure, est porté sur l’ordre de paiement."),
        },
    )


@form_page
@roles_required(Role.TREASURER)
def record_execution(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The bank has paid: on which day."""
    return move_page(
        request,
        public_id,
        verdict=permissions.may_record_execution,
        form_of=lambda order: ExecutionForm(
            typed(request),
            initial={"executed_on": localdate()},
            changed_account=iban_end(order.iban) if permissions.account_changed(order) else "",
        ),
        operation=lambda data: operations.record_execution(
            actor=request.actor, order_id=public_id, at=timezone.now(), **data
        ),
        done=_("Ordre %(number)s exécuté : les échéances sont payées, l’avis part au bailleur."),
        texts={
            "heading": _("Constater le virement"),
            "submit_label": _("Enregistrer l’exécution"),
            "submit_style": "primary",
            "consequence": _(
                "Les fonds sont débités, les échéances passent à « payé » "
                "et le bailleur reçoit un avis de paiement."
            ),
        },
    )


@form_page
@roles_required(Role.TREASURER, Role.MANAGER)
def give_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The order will not be paid."""
    return move_page(
        request,
        public_id,
        verdict=permissions.may_give_up,
        form_of=lambda order: GiveUpForm(typed(request), is_signed=order.state == OrderState.SIGNED),
        operation=lambda data: operations.give_up(
            actor=request.actor, order_id=public_id, at=timezone.now(), **data
        ),
        done=_("Ordre %(number)s abandonné : ses échéances peuvent être redemandées."),
        texts={
            "heading": _("Abandonner l’ordre"),
            "submit_label": _("Abandonner l’ordre"),
            "submit_style": "danger",
            "consequence": _(
                "L’ordre ne sera pas payé. L’aide reste accordée et l’argent engagé : "
                "un nouveau paiement pourra être demandé."
            ),
        },
    )
