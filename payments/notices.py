"""What people are told about payments: numbers and references, never a name nor an amount (DOMAIN §14)."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.registry import NotificationKind
from members.models import Membership
from members.notifications import notify
from members.roles import Role
from payments.models import PaymentOrder, PaymentQuery

ASKED = NotificationKind(
    "payment_query", gettext_lazy("Questions des bailleurs"), frozenset({Role.MANAGER}), duty=True, order=14
)
ANSWERED = NotificationKind(
    "payment_query_answered",
    gettext_lazy("Réponses à mes questions"),
    frozenset({Role.LANDLORD_AGENT}),
    order=22,
)
REJECTED = NotificationKind(
    "payment_rejected",
    gettext_lazy("Virements rejetés par la banque"),
    frozenset({Role.MANAGER}),
    duty=True,
    order=16,
)
EXECUTED = NotificationKind(
    "payment_executed",
    gettext_lazy("Paiements exécutés"),
    frozenset({Role.SOCIAL_WORKER, Role.MANAGER, Role.LANDLORD_AGENT}),
    digest=True,
    order=30,
)
KINDS = (ASKED, ANSWERED, REJECTED, EXECUTED)


def tell_managers_of_query(query: PaymentQuery, at: datetime) -> None:
    """The managers who may answer."""
    number = query.advice.order_number
    notify(
        Membership.objects.filter(organisation_id=query.organisation_id, role=Role.MANAGER),
        kind=ASKED,
        title=_("Question d’un bailleur sur un paiement"),
        text=_("Un bailleur signale un écart sur le paiement %s. Sa question attend votre réponse.") % number,
        path=reverse("payments:query", args=[query.public_id]),
        at=at,
    )


def tell_landlord_of_answer(query: PaymentQuery, at: datetime) -> None:
    """Who asked, if they still work there."""
    notify(
        Membership.objects.filter(organisation_id=query.landlord_id, user_id=query.asked_by_id),
        kind=ANSWERED,
        title=_("Réponse à votre question sur un paiement"),
        text=_(
            "Votre question sur le paiement %s a reçu une réponse : lisez-la, puis confirmez la réception "
            "ou posez une autre question."
        )
        % query.advice.order_number,
        path=reverse("payments:tenant_aid", args=[query.advice.request.public_id]),
        at=at,
    )


def tell_of_execution(order: PaymentOrder, at: datetime) -> None:
    """Who asked for the aid in the organisation, and the landlord's agents."""
    text = _("Le paiement %(number)s de l’aide %(aid)s est exécuté.") % {
        "number": order.number,
        "aid": order.request.reference,
    }
    title = _("Paiement %s exécuté") % order.number
    notify(
        Membership.objects.filter(
            organisation_id=order.organisation_id, user_id__in=order.request.author_ids
        ),
        kind=EXECUTED,
        title=title,
        text=text,
        path=reverse("aids:detail", args=[order.request.public_id]),
        at=at,
    )
    notify(
        Membership.objects.filter(organisation_id=order.landlord_id, role=Role.LANDLORD_AGENT),
        kind=EXECUTED,
        title=title,
        text=text,
        path=reverse("payments:tenant_aid", args=[order.request.public_id]),
        at=at,
    )


def tell_managers_of_reject(order: PaymentOrder, at: datetime) -> None:
    """The managers who decide what becomes of the money."""
    notify(
        Membership.objects.filter(organisation_id=order.organisation_id, role=Role.MANAGER),
        kind=REJECTED,
        title=_("Virement %s rejeté : à décider") % order.number,
        text=_("La banque a rejeté le virement %s : demandez-le à nouveau, ou libérez l’argent.")
        % order.number,
        path=reverse("payments:order", args=[order.public_id]),
        at=at,
    )
