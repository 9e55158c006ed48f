"""The notice before an anonymisation: references only, never a name (DOMAIN §14)."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse

from ales import mail
from ales.dates import format_date
from cases.models import TenantCase
from members.models import Membership, Organisation, User
from members.roles import Role


def send_notices(organisation: Organisation, cases: Sequence[TenantCase], *, anonymised_from: date) -> None:
    """One mail a person: the référents with their cases, the managers with all. Outside any transaction."""
    managers = Membership.objects.active().filter(organisation=organisation, role=Role.MANAGER)
    wanted: dict[str, list[TenantCase]] = {
        email: list(cases) for email in managers.values_list("user__email", flat=True)
    }
    referents = dict(
        User.objects.filter(pk__in={case.referent_id for case in cases}, is_active=True).values_list(
            "pk", "email"
        )
    )
    for case in cases:
        email = referents.get(case.referent_id)
        if email and case not in wanted.setdefault(email, []):
            wanted[email].append(case)
    for recipient, concerned in sorted(wanted.items()):
        _send(organisation, recipient, concerned, anonymised_from)


def _send(
    organisation: Organisation, recipient: str, cases: Sequence[TenantCase], anonymised_from: date
) -> None:
    context = {
        "on": format_date(anonymised_from),
        "cases": [
            {
                "reference": case.reference,
                "address": mail.absolute(reverse("cases:detail", args=[case.public_id])),
            }
            for case in cases
        ],
    }
    count = "un dossier" if len(cases) == 1 else f"{len(cases)} dossiers"
    mail.send(
        [recipient],
        f"Préavis d’anonymisation : {count}",
        "emails/retention_notice.txt",
        context,
        about=f"retention in organisation {organisation.pk}",
    )
