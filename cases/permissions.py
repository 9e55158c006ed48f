"""Who may do what with a case and its agreements, with the reason (DESIGN §2.7, DOMAIN §3)."""

from ales.verdict import ALLOWED, Verdict, refused
from cases.models import Protocol, TenantCase
from cases.models.case import CaseState
from cases.models.protocol import ProtocolState
from members.access import Actor


def _is_own(actor: Actor, case: TenantCase) -> bool:
    return actor.is_social and actor.organisation_id == case.organisation_id


def may_create(actor: Actor) -> Verdict:
    """Open a new case: the social workers and managers, for their organisation."""
    if not actor.is_social:
        return refused("Seuls les travailleurs sociaux et les responsables ouvrent un dossier.")
    return ALLOWED


def may_edit(actor: Actor, case: TenantCase) -> Verdict:
    """Change the file: own organisation, while the case is open."""
    if not _is_own(actor, case):
        return refused("Ce dossier est suivi par un autre organisme.")
    if case.state == CaseState.CLOSED:
        return refused("Ce dossier est clos : rouvrez-le pour le modifier.")
    return ALLOWED


def may_edit_dwelling(actor: Actor, case: TenantCase, *, held: bool) -> Verdict:
    """Change landlord and dwelling: not while an aid is under way (`held`, from the rooms above)."""
    verdict = may_edit(actor, case)
    if verdict and held:
        return refused("Une aide est en cours pour ce logement : le bailleur ne peut plus changer.")
    return verdict


def may_close(actor: Actor, case: TenantCase, *, held: bool) -> Verdict:
    """Close: not while an aid is under way (`held`, from the rooms above)."""
    if not _is_own(actor, case):
        return refused("Ce dossier est suivi par un autre organisme.")
    if case.state == CaseState.CLOSED:
        return refused("Ce dossier est déjà clos.")
    if held:
        return refused("Une aide est en cours : terminez-la avant de clore le dossier.")
    return ALLOWED


def may_reopen(actor: Actor, case: TenantCase) -> Verdict:
    if not _is_own(actor, case):
        return refused("Ce dossier est suivi par un autre organisme.")
    if case.state == CaseState.OPEN:
        return refused("Ce dossier est déjà ouvert.")
    return ALLOWED


def may_write_protocol(actor: Actor, case: TenantCase, protocol: Protocol | None) -> Verdict:
    """Write the undertakings: while the agreement is in preparation."""
    verdict = may_edit(actor, case)
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
    verdict = may_edit(actor, case)
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
    verdict = may_edit(actor, case)
    if not verdict:
        return verdict
    if protocol is None or protocol.state == ProtocolState.DRAFT:
        return refused("Ce protocole est encore en préparation : modifiez-le directement.")
    if protocol.state == ProtocolState.REPLACED:
        return refused("Cette version a déjà été remplacée.")
    if protocol.state == ProtocolState.SIGNED:
        return refused("Ce protocole est signé : seul un changement de l’aide en ouvre un nouveau.")
    return ALLOWED
