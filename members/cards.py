"""What this room shows on the dashboard."""

import datetime as dt

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from ales.dates import format_date
from ales.money import format_euros
from ales.registry import Card
from ales.text import group_by_four
from members.access import Actor
from members.models import BankDetails, Fund, Invitation, Organisation
from members.models.bank_details import STATE_TONES, BankDetailsState
from members.pictures import fund_strip

#: Rows of a card; the page behind it has the rest.
LIMIT = 5
#: How long a decision on an account is news.
LATELY = dt.timedelta(days=30)


def details_awaiting(actor: Actor) -> int:
    """Bank details the treasurer has to decide; nobody else is waited for."""
    if not actor.is_treasurer:
        return 0
    return (
        BankDetails.objects.visible_to(actor)
        .awaiting()
        .exclude(entered_by_id=actor.user_id)
        .order_by()
        .count()
    )


def dashboard_cards(request: HttpRequest) -> list[Card]:
    """Cards of this room for the person of the request."""
    actor = request.actor
    cards = []
    if actor.is_treasurer:
        cards.append(_bank_details(actor))
    if actor.is_treasurer or actor.is_admin:
        cards += _refused_accounts(actor)
    if actor.is_landlord_agent:
        cards.append(_own_bank_details(actor))
    if actor.is_admin or actor.is_manager:
        cards.append(_invitations(actor))
    if actor.is_association or actor.is_manager:
        cards += _funds(actor)
    return cards


def _bank_details(actor: Actor) -> Card:
    waiting = BankDetails.objects.visible_to(actor).awaiting().exclude(entered_by_id=actor.user_id)[:LIMIT]
    rows = [
        {
            "text": details.landlord.name,
            "detail": f"Saisies par {details.entered_by.full_name} le "
            f"{format_date(timezone.localtime(details.entered_at).date())} ; "
            "les paiements à ce bailleur sont suspendus.",
            "url": reverse("members:bank_details", args=[details.landlord.public_id]),
        }
        for details in waiting
    ]
    return Card(
        title="Coordonnées bancaires à confirmer",
        icon="identification",
        rows=rows,
        empty="Aucune coordonnée bancaire à confirmer.",
        url=reverse("members:bank_details_awaiting"),
        url_label="Toutes celles à confirmer",
        order=20,
        tone="warning",
    )


def _refused_accounts(actor: Actor) -> list[Card]:
    """Accounts in force that the bank refused: payments wait until somebody mends them; none, no card."""
    refused = BankDetails.objects.visible_to(actor).refused_by_bank().select_related("landlord")
    rows = [
        {
            "text": details.landlord.name,
            "detail": f"Virement revenu le {format_date(details.bank_refused_on)} "
            f"({details.bank_refused_reason}) ; les paiements à ce bailleur sont suspendus.",
            "url": reverse("members:bank_details", args=[details.landlord.public_id]),
        }
        for details in refused.order_by("bank_refused_on", "id")[:LIMIT]
    ]
    if not rows:
        return []
    return [
        Card(
            title="Comptes refusés par la banque",
            icon="identification",
            rows=rows,
            empty="",
            order=8,
            tone="danger",
        )
    ]


def _own_bank_details(actor: Actor) -> Card:
    """What became of the landlord's account lately; its first words are the state."""
    latest = (
        BankDetails.objects.visible_to(actor)
        .filter(
            Q(state=BankDetailsState.PROPOSED)
            | Q(decided_at__gte=timezone.now() - LATELY)
            | Q(state=BankDetailsState.CONFIRMED, bank_refused_on__isnull=False, vouched_at=None)
        )
        .exclude(state=BankDetailsState.REPLACED)
        .order_by("-entered_at", "-id")[:LIMIT]
    )
    url = reverse("members:bank_details", args=[Organisation.objects.get(pk=actor.organisation_id).public_id])
    rows = [{**_own_row(details), "url": url} for details in latest]
    return Card(
        title="Nos coordonnées bancaires",
        icon="identification",
        rows=rows,
        empty="Aucun changement récent de vos coordonnées bancaires.",
        url=url,
        url_label="Voir ou proposer un changement",
        order=75,
    )


def _own_row(details: BankDetails) -> dict[str, str]:
    row = {
        "text": group_by_four(details.iban),
        "detail": details.refusal_reason
        or f"Saisies le {format_date(timezone.localtime(details.entered_at).date())}",
        "badge": capfirst(details.get_state_display()),
        "tone": STATE_TONES[BankDetailsState(details.state)],
    }
    if details.state == BankDetailsState.CONFIRMED and details.is_refused_by_bank:
        row["detail"] = (
            f"Virement revenu le {format_date(details.bank_refused_on)} ({details.bank_refused_reason}) ; "
            "les paiements sont suspendus : proposez de nouvelles coordonnées."
        )
        row |= {"badge": "Refusé par la banque", "tone": "danger"}
    return row


def _invitations(actor: Actor) -> Card:
    now = timezone.now()
    own = Invitation.objects.visible_to(actor).unanswered().select_related("organisation")[:LIMIT]
    rows = [
        {
            "text": f"{invitation.first_name} {invitation.last_name}",
            "detail": f"{capfirst(invitation.get_role_display())}, {invitation.organisation.name}",
            "badge": "Expirée" if invitation.expires_at <= now else "Envoyée",
            "tone": "danger" if invitation.expires_at <= now else "progress",
            "url": reverse("members:organisation", args=[invitation.organisation.public_id])
            if actor.is_admin
            else reverse("members:own_organisation"),
        }
        for invitation in own
    ]
    return Card(
        title="Invitations sans réponse",
        icon="envelope",
        rows=rows,
        empty="Aucune invitation sans réponse.",
        order=80,
    )


def _funds(actor: Actor) -> list[Card]:
    """The low ones; a manager also reads what became of the others, with nothing to do about them."""
    year = timezone.localdate().year
    funds = list(Fund.objects.visible_to(actor).of_year(year))
    low = [fund for fund in funds if fund.is_low]
    cards = [_low_funds(low)]
    others = [fund for fund in funds if fund not in low and fund.brought]
    if actor.is_manager and others:
        rows = [
            {
                "text": str(fund),
                "detail": f"Il reste {format_euros(fund.available)} sur {format_euros(fund.brought)}.",
                "picture": fund_strip(fund),
            }
            for fund in others[:LIMIT]
        ]
        url = reverse("members:funds")
        cards.append(
            Card(
                title=f"Nos fonds de {year}",
                icon="banknotes",
                rows=rows,
                empty="",
                url=url,
                url_label="Tous les fonds",
                order=71,
            )
        )
    return cards


def _low_funds(low: list[Fund]) -> Card:
    rows = [
        {
            "text": str(fund),
            "detail": f"{fund.owner.name} : il reste {format_euros(fund.available)}, "
            f"sous le seuil de {format_euros(fund.alert_threshold)}.",
            "url": reverse("members:fund", args=[fund.public_id]),
            "picture": fund_strip(fund),
        }
        for fund in low[:LIMIT]
    ]
    return Card(
        title="Fonds sous leur seuil d’alerte",
        icon="banknotes",
        rows=rows,
        empty="Aucun fonds n’est sous son seuil d’alerte.",
        url=reverse("members:funds"),
        url_label="Tous les fonds",
        order=70,
        tone="warning",
    )
