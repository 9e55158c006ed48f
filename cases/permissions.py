"""Who may do what with a case and its agreements, with the reason (DESIGN §2.7, DOMAIN §3)."""

from collections.abc import Sequence

from ales.verdict import ALLOWED, Verdict, refused
from cases.models import CaseHandover, Protocol, TenantCase
from cases.models.case import CaseState
from cases.models.protocol import ProtocolState
from members.access import Actor

READ_ONLY = "Ce dossier est partagé avec votre organisme en lecture seule."
FOLLOWED_ELSEWHERE = "Ce dossier est suivi par un autre organisme."
CLOSED = "Ce dossier est clos : rouvrez-le pour le modifier."


def is_own(actor: Actor, case: TenantCase) -> bool:
    """The actor works in the organisation that follows the case."""
    return actor.is_social and actor.organisation_id == case.organisation_id


def _may_write(actor: Actor, case: TenantCase) -> bool:
    """Own organisation, or a share for changes; the share is looked up once a case and page."""
    if is_own(actor, case):
        return True
    key = f"_writable_by_{actor.membership_id}"
    if key not in case.__dict__:
        case.__dict__[key] = TenantCase.objects.writable_by(actor).filter(pk=case.pk).exists()
    return case.__dict__[key]


def may_create(actor: Actor) -> Verdict:
    """Open a new case: the social workers and managers, for their organisation."""
    if not actor.is_social:
        return refused("Seuls les travailleurs sociaux et les responsables ouvrent un dossier.")
    return ALLOWED


def may_edit(actor: Actor, case: TenantCase) -> Verdict:
    """Change the steps of the file, while the case is open: own organisation, or one it is shared with
    for changes."""
    if not _may_write(actor, case):
        return refused(READ_ONLY if actor.is_social else FOLLOWED_ELSEWHERE)
    kept = as_it_is(case)
    if not kept:
        return kept
    return refused(CLOSED) if case.state == CaseState.CLOSED else ALLOWED


def may_follow(actor: Actor, case: TenantCase) -> Verdict:
    """What stays with the organisation that follows the case, while it is open: its référent, its
    documents, its agreements."""
    if not is_own(actor, case):
        return refused(FOLLOWED_ELSEWHERE)
    kept = as_it_is(case)
    if not kept:
        return kept
    return refused(CLOSED) if case.state == CaseState.CLOSED else ALLOWED


# --- Sharing and handover ----------------------------------------------------------------------


def may_share(actor: Actor, case: TenantCase) -> Verdict:
    """Open the case to another organisation, or prolong: its référent or a manager, while it is open."""
    verdict = may_follow(actor, case)
    if verdict and not (actor.is_manager or actor.user_id == case.referent_id):
        return refused("Seuls le référent du dossier et un responsable peuvent le partager.")
    return verdict


def may_revoke_share(actor: Actor, case: TenantCase) -> Verdict:
    """Take a share back: its référent or a manager, on a closed case too."""
    if not is_own(actor, case):
        return refused(FOLLOWED_ELSEWHERE)
    if not (actor.is_manager or actor.user_id == case.referent_id):
        return refused("Seuls le référent du dossier et un responsable peuvent retirer un partage.")
    return ALLOWED


def may_propose_handover(actor: Actor, case: TenantCase, *, refusals: Sequence[str] = ()) -> Verdict:
    """Propose the case to another organisation: a manager, unless it is frozen or something else holds it
    (`refusals`)."""
    if not is_own(actor, case):
        return refused(FOLLOWED_ELSEWHERE)
    if not actor.is_manager:
        return refused("Un responsable de votre organisme propose le transfert.")
    kept = as_it_is(case)
    if not kept:
        return kept
    return refused(refusals[0]) if refusals else ALLOWED


def may_cancel_handover(actor: Actor, handover: CaseHandover) -> Verdict:
    """Call a proposal back: a manager of the organisation that made it."""
    if not actor.is_manager or actor.organisation_id != handover.from_organisation_id:
        return refused("Seul un responsable de l’organisme qui propose le transfert peut l’annuler.")
    return ALLOWED


def may_answer_handover(actor: Actor, handover: CaseHandover) -> Verdict:
    """Accept or refuse: a manager of the organisation it is proposed to."""
    if not actor.is_manager or actor.organisation_id != handover.to_organisation_id:
        return refused("Seul un responsable de l’organisme à qui le dossier est proposé peut répondre.")
    return ALLOWED


def as_it_is(case: TenantCase) -> Verdict:
    """Refused for a file that is anonymised or frozen (DOMAIN §14)."""
    if case.anonymised_on:
        return refused("Ce dossier est anonymisé : il ne se modifie plus.")
    if case.limited_on:
        return refused(f"Ce dossier est gelé ({case.get_limit_kind_display()}) : il se lit seulement.")
    return ALLOWED


def may_edit_dwelling(actor: Actor, case: TenantCase, *, held: bool) -> Verdict:
    """Change landlord and dwelling: not while an aid is under way (`held`, from the rooms above)."""
    verdict = may_edit(actor, case)
    if verdict and not is_own(actor, case):
        return refused("Le bailleur est changé par l’organisme qui suit le dossier.")
    if verdict and held:
        return refused("Une aide est en cours pour ce logement : le bailleur ne peut plus changer.")
    return verdict


def may_close(actor: Actor, case: TenantCase, *, held: bool) -> Verdict:
    """Close: not while an aid is under way (`held`, from the rooms above)."""
    if not is_own(actor, case):
        return refused(FOLLOWED_ELSEWHERE)
    if case.state == CaseState.CLOSED:
        return refused("Ce dossier est déjà clos.")
    if held:
        return refused("Une aide est en cours : terminez-la avant de clore le dossier.")
    return as_it_is(case)


def may_reopen(actor: Actor, case: TenantCase) -> Verdict:
    if not is_own(actor, case):
        return refused(FOLLOWED_ELSEWHERE)
    if case.state == CaseState.OPEN:
        return refused("Ce dossier est déjà ouvert.")
    return as_it_is(case)


def may_write_protocol(actor: Actor, case: TenantCase, protocol: Protocol | None) -> Verdict:
    """Write the undertakings: while the agreement is in preparation."""
    verdict = may_follow(actor, case)
    if not verdict:
        return verdict
    if protocol is None:
        return refused("Calculez d’abord l’aide : ses termes sont repris dans le protocole.")
    if protocol.state == ProtocolState.REPLACED:
        return refused("Cette version a été remplacée : ouvrez la version en cours.")
    if protocol.state != ProtocolState.DRAFT:
        return refused("Ce protocole est édité : préparez une nouvelle version pour le modifier.")
    return ALLOWED


def may_sign_protocol(actor: Actor, case: TenantCase, protocol: Protocol | None) -> Verdict:
    """File the signed copy: once the agreement is issued, and only once."""
    verdict = may_follow(actor, case)
    if not verdict:
        return verdict
    if protocol is None or protocol.state == ProtocolState.DRAFT:
        return refused("Éditez d’abord le protocole : c’est cet exemplaire qui se signe.")
    if protocol.state == ProtocolState.REPLACED:
        return refused("Cette version a été remplacée : faites signer la version en cours.")
    if protocol.state == ProtocolState.SIGNED:
        return refused("L’exemplaire signé est déjà déposé.")
    return ALLOWED


def may_revise_protocol(actor: Actor, case: TenantCase, protocol: Protocol | None) -> Verdict:
    """Take an issued agreement back to preparation: while nobody signed it."""
    verdict = may_follow(actor, case)
    if not verdict:
        return verdict
    if protocol is None or protocol.state == ProtocolState.DRAFT:
        return refused("Ce protocole est encore en préparation : modifiez-le directement.")
    if protocol.state == ProtocolState.REPLACED:
        return refused("Cette version a déjà été remplacée.")
    if protocol.state == ProtocolState.SIGNED:
        return refused("Ce protocole est signé : seul un changement de l’aide en ouvre un nouveau.")
    return ALLOWED
