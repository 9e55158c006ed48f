"""Rejects: record one, then ask again or give the money back; a page each."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ales.http import form_page
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from payments import operations, permissions
from payments.forms.orders import RejectForm, RejectionReasonForm
from payments.models import PaymentOrder
from payments.views.moves import move_page, typed


@form_page
@roles_required(Role.TREASURER)
def reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The bank rejected the transfer, or gave it back: on which day, and why."""
    return move_page(
        request,
        public_id,
        verdict=permissions.may_reject,
        form_of=lambda order: RejectForm(
            typed(request), initial={"rejected_on": localdate()}, is_received=_is_received(order)
        ),
        operation=lambda data: operations.reject(
            actor=request.actor, order_id=public_id, at=timezone.now(), **data
        ),
        done=_("Rejet de l’ordre %(number)s enregistré : le responsable social décide de la suite."),
        texts={
            "heading": _("Constater un rejet"),
            "submit_label": _("Enregistrer le rejet"),
            "submit_style": "danger",
            "consequence": _(
                "Si le virement était exécuté, l’argent revient aux fonds et reste engagé pour cette aide ; "
                "l’avis du bailleur est annulé."
            ),
        },
    )


def _is_received(order: PaymentOrder) -> bool:
    advice = getattr(order, "advice", None)
    return bool(advice and advice.received_on)


@form_page
@roles_required(Role.MANAGER)
def reorder(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask again for the payment of a rejected order."""
    return move_page(
        request,
        public_id,
        verdict=_may_reorder_now,
        form_of=lambda _order: RejectionReasonForm(typed(request)),
        operation=lambda data: operations.reorder(
            actor=request.actor, order_id=public_id, at=timezone.now(), **data
        ),
        done=_(
            "Paiement de l’ordre %(number)s redemandé : un nouvel ordre attend la signature du trésorier."
        ),
        texts={
            "heading": _("Redemander le paiement"),
            "submit_label": _("Redemander le paiement"),
            "submit_style": "primary",
            "consequence": _(
                "Un nouvel ordre paiera les mêmes échéances sur le compte confirmé du bailleur, "
                "tel qu’il est aujourd’hui."
            ),
        },
    )


def _may_reorder_now(actor: Actor, order: PaymentOrder) -> Verdict:
    return permissions.may_reorder(actor, order) and permissions.payable(order.landlord)


@form_page
@roles_required(Role.MANAGER, Role.TREASURER)
def release_rejected(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the money of a rejected order back to its funds."""
    return move_page(
        request,
        public_id,
        verdict=permissions.may_release_rejected,
        form_of=lambda _order: RejectionReasonForm(typed(request)),
        operation=lambda data: operations.release_rejected(
            actor=request.actor, order_id=public_id, at=timezone.now(), **data
        ),
        done=_("Montant de l’ordre %(number)s rendu aux fonds : ses échéances ne seront pas payées."),
        texts={
            "heading": _("Rendre le montant aux fonds"),
            "submit_label": _("Rendre aux fonds"),
            "submit_style": "danger",
            "consequence": _(
                "Les échéances de cet ordre ne seront pas payées et leur montant redevient disponible. "
                "L’aide est soldée si plus rien n’attend."
            ),
        },
    )
