"""What managers are told about shared and handed over cases: the reference only (DOMAIN §14)."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.dates import format_date
from ales.registry import NotificationKind
from cases.models import CaseHandover, CaseShare
from members.models import Membership
from members.notifications import notify
from members.roles import Role

MANAGERS = frozenset({Role.MANAGER})
SHARED = NotificationKind(
    "case_shared", gettext_lazy("Dossiers partagés avec mon organisme"), MANAGERS, order=24
)
PROPOSED = NotificationKind(
    "handover_proposed", gettext_lazy("Transferts de dossier à accepter"), MANAGERS, duty=True, order=18
)
ANSWERED = NotificationKind(
    "handover_answered", gettext_lazy("Réponses aux transferts de dossier"), MANAGERS, order=26
)
KINDS = (SHARED, PROPOSED, ANSWERED)


def _managers_of(organisation_id: int):
    return Membership.objects.filter(organisation_id=organisation_id, role=Role.MANAGER)


def tell_managers_of_share(share: CaseShare, owner_name: str, at: datetime) -> None:
    """The managers of the organisation the case is opened to."""
    notify(
        _managers_of(share.shared_with_id),
        kind=SHARED,
        title=_("Un dossier vous est partagé"),
        text=_(
            "%(owner)s partage un dossier avec votre organisme, jusqu’au %(day)s : vos travailleurs sociaux "
            "le trouvent parmi les dossiers partagés."
        )
        % {"owner": owner_name, "day": format_date(share.ends_on)},
        path=reverse("cases:list") + "?suivi=partage",
        at=at,
    )


def tell_managers_of_proposal(handover: CaseHandover, at: datetime) -> None:
    """The managers who may accept the case."""
    notify(
        _managers_of(handover.to_organisation_id),
        kind=PROPOSED,
        title=_("Dossier %s : transfert proposé") % handover.reference,
        text=_("%(sender)s propose de confier le dossier %(reference)s à votre organisme.")
        % {"sender": handover.from_organisation.name, "reference": handover.reference},
        path=reverse("cases:handovers"),
        at=at,
    )


def tell_managers_of_answer(handover: CaseHandover, at: datetime) -> None:
    """Both sides' managers: the case has changed hands, or stays where it is."""
    names = {
        "reference": handover.reference,
        "sender": handover.from_organisation.name,
        "receiver": handover.to_organisation.name,
        "new": handover.new_reference,
    }
    if handover.new_reference:
        title = _("Dossier %(reference)s : transfert accepté")
        text = _(
            "Le dossier %(reference)s de %(sender)s est désormais suivi par %(receiver)s, "
            "sous la référence %(new)s."
        )
    else:
        title = _("Dossier %(reference)s : transfert refusé")
        text = _(
            "%(receiver)s n’a pas accepté le transfert du dossier %(reference)s : "
            "il reste suivi par %(sender)s."
        )
    for organisation_id in (handover.from_organisation_id, handover.to_organisation_id):
        notify(
            _managers_of(organisation_id),
            kind=ANSWERED,
            title=title % names,
            text=text % names,
            path=reverse("cases:handovers"),
            at=at,
        )
