"""Mails about shared and handed over cases: the reference only, never a name nor a detail (DOMAIN §14)."""

from django.urls import reverse

from ales import mail
from cases.models import CaseHandover, CaseShare
from members.models import Membership
from members.roles import Role


def _managers_of(organisation_id: int) -> list[str]:
    found = Membership.objects.active().filter(organisation_id=organisation_id, role=Role.MANAGER)
    return list(found.values_list("user__email", flat=True))


def tell_managers_of_share(share: CaseShare, owner_name: str) -> None:
    """The managers of the organisation the case is opened to."""
    address = mail.absolute(reverse("cases:list") + "?suivi=partage")
    mail.send_after_commit(
        _managers_of(share.shared_with_id),
        "Un dossier vous est partagé",
        "emails/case_shared.txt",
        {"owner": owner_name, "ends_on": share.ends_on, "address": address},
        about=f"case share {share.pk}",
    )


def tell_managers_of_proposal(handover: CaseHandover) -> None:
    """The managers who may accept the case."""
    _tell_of_handover(
        handover,
        handover.to_organisation_id,
        f"Dossier {handover.reference} : transfert proposé",
        "emails/handover_proposed.txt",
    )


def tell_managers_of_answer(handover: CaseHandover) -> None:
    """Both sides' managers: the case has changed hands, or stays where it is."""
    answer = "accepté" if handover.new_reference else "refusé"
    for organisation_id in (handover.from_organisation_id, handover.to_organisation_id):
        _tell_of_handover(
            handover,
            organisation_id,
            f"Dossier {handover.reference} : transfert {answer}",
            "emails/handover_answered.txt",
        )


def _tell_of_handover(handover: CaseHandover, organisation_id: int, subject: str, template: str) -> None:
    context = {
        "handover": handover,
        "sender": handover.from_organisation,
        "receiver": handover.to_organisation,
        "address": mail.absolute(reverse("cases:handovers")),
    }
    mail.send_after_commit(
        _managers_of(organisation_id), subject, template, context, about=f"case handover {handover.pk}"
    )
