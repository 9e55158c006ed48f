"""Who may see to the rights of the person, with the reason (DOMAIN §14): the organisation's manager."""

from collections.abc import Sequence

from ales.verdict import ALLOWED, Verdict, refused
from cases.models import TenantCase
from members.access import Actor


def _manager(actor: Actor, case: TenantCase) -> Verdict:
    if not actor.is_manager or actor.organisation_id != case.organisation_id:
        return refused("Les droits de la personne sont traités par un responsable de l’organisme.")
    if case.anonymised_on:
        return refused("Ce dossier est anonymisé : il ne désigne plus personne.")
    return ALLOWED


def may_export(actor: Actor, case: TenantCase) -> Verdict:
    """Export the file for the person: a frozen one too."""
    return _manager(actor, case)


def may_correct(actor: Actor, case: TenantCase) -> Verdict:
    return _manager(actor, case)


def may_limit(actor: Actor, case: TenantCase) -> Verdict:
    """Freeze: once."""
    verdict = _manager(actor, case)
    return refused("Ce dossier est déjà gelé.") if verdict and case.limited_on else verdict


def may_release(actor: Actor, case: TenantCase) -> Verdict:
    verdict = _manager(actor, case)
    return refused("Ce dossier n’est pas gelé.") if verdict and not case.limited_on else verdict


def may_erase(actor: Actor, case: TenantCase, *, duties: Sequence[str]) -> Verdict:
    """Erase: no freeze, no aid and no payment under way (`duties`, from the rooms above)."""
    verdict = _manager(actor, case)
    if verdict and case.limited_on:
        return refused("Ce dossier est gelé : levez d’abord la limitation.")
    if verdict and duties:
        return refused(" ".join(duties))
    return verdict
