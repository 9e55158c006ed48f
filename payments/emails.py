"""Mails about the landlord's questions: the number of the payment, never a name nor a text (DOMAIN §14)."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from ales import mail
from members.models import Membership
from members.roles import Role
from payments.models import PaymentQuery


def tell_managers_of_query(query: PaymentQuery) -> None:
    """The managers who may answer."""
    found = Membership.objects.active().filter(organisation_id=query.organisation_id, role=Role.MANAGER)
    _tell(
        query,
        found.values_list("user__email", flat=True),
        _("Question d’un bailleur sur un paiement"),
        "emails/payment_query.txt",
        reverse("payments:query", args=[query.public_id]),
    )


def tell_landlord_of_answer(query: PaymentQuery) -> None:
    """Who asked, if they still work there."""
    found = Membership.objects.active().filter(organisation_id=query.landlord_id, user_id=query.asked_by_id)
    _tell(
        query,
        found.values_list("user__email", flat=True),
        _("Réponse à votre question sur un paiement"),
        "emails/payment_query_answered.txt",
        reverse("payments:tenant_aid", args=[query.advice.request.public_id]),
    )


def _tell(query: PaymentQuery, recipients: Iterable[str], subject: str, template: str, path: str) -> None:
    context = {"number": query.advice.order_number, "address": mail.absolute(path)}
    mail.send_after_commit(recipients, subject, template, context, about=f"payment query {query.pk}")
