"""Who may do what to an aid request, with the reason why not (DOMAIN §3, §7; DESIGN §2.7).

The same functions disable the buttons and refuse the POST. They look at nothing but their arguments.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from aids.models import AidRequest
from aids.states import EDITABLE, MOVES, RequestState
from ales.verdict import ALLOWED, Verdict, refused
from cases.models import TenantCase
from cases.models.case import CaseState
from cases.permissions import as_it_is
from members.access import Actor

#: What a move needs, said when the request stands elsewhere.
STATE_NEEDED = {
    "submit": _("Seule une demande en brouillon ou à compléter peut être soumise"),
    "send_back": _("Seule une demande à décider peut être renvoyée"),
    "validate": _("Seule une demande à décider peut être validée"),
    "reject": _("Seule une demande à décider peut être refusée"),
    "reopen": _("Seule une demande refusée peut être rouverte"),
    "withdraw": _("Une demande se retire avant d’être décidée"),
    "start_payment": _("Le paiement se demande sur une demande validée"),
    "return_to_validated": _("Aucun paiement n’est demandé pour cette demande"),
    "settle": _("Seule une demande validée ou en paiement peut être soldée"),
    "unsettle": _("Seule une demande soldée peut revenir en paiement"),
    "stop": _("Seule une demande validée ou en paiement peut être arrêtée"),
}


def _state_verdict(request: AidRequest, move: str) -> Verdict:
    if request.state in MOVES[move].sources:
        return ALLOWED
    label = RequestState(request.state).label
    return refused(
        _("%(needed)s : celle-ci est « %(state)s ».") % {"needed": STATE_NEEDED[move], "state": label}
    )


def _own_social(actor: Actor, organisation_id: int) -> Verdict:
    if not actor.is_social:
        return refused(_("Réservé aux travailleurs sociaux et responsables sociaux de l’organisme."))
    if actor.organisation_id != organisation_id:
        return refused(_("Cette demande est suivie par un autre organisme."))
    return ALLOWED


def _own_manager(actor: Actor, request: AidRequest) -> Verdict:
    if not actor.is_manager or actor.organisation_id != request.organisation_id:
        return refused(_("Réservé au responsable social de l’organisme qui suit la demande."))
    return ALLOWED


def _first_refusal(verdicts: Iterable[Verdict]) -> Verdict:
    return next((verdict for verdict in verdicts if not verdict), ALLOWED)


def may_create(actor: Actor, case: TenantCase) -> Verdict:
    """Enter a request in this case."""
    own = _own_social(actor, case.organisation_id)
    if own and case.state != CaseState.OPEN:
        return refused(_("Le dossier est clos : rouvrez-le pour demander une aide."))
    return _first_refusal((own, as_it_is(case)))


def may_edit(actor: Actor, request: AidRequest) -> Verdict:
    """Change purpose, months, amounts, proofs."""
    own = _own_social(actor, request.organisation_id)
    if own and request.state not in EDITABLE:
        label = RequestState(request.state).label
        return refused(_("Une demande se modifie en brouillon ou à compléter : celle-ci est « %s ».") % label)
    return own


def may_submit(actor: Actor, request: AidRequest) -> Verdict:
    return _first_refusal((_own_social(actor, request.organisation_id), _state_verdict(request, "submit")))


def may_answer(actor: Actor, request: AidRequest) -> Verdict:
    """Answer the points of a send-back."""
    own = _own_social(actor, request.organisation_id)
    if own and request.state != RequestState.RETURNED:
        return refused(_("Aucun point n’attend de réponse : la demande n’est pas « à compléter »."))
    return own


def may_withdraw(actor: Actor, request: AidRequest) -> Verdict:
    """By one of its authors, before the decision."""
    own = _own_social(actor, request.organisation_id)
    if own and actor.user_id not in request.author_ids:
        return refused(_("Seule une personne qui a saisi la demande peut la retirer."))
    return _first_refusal((own, _state_verdict(request, "withdraw")))


def _may_decide(actor: Actor, request: AidRequest, move: str) -> Verdict:
    manager = _own_manager(actor, request)
    if manager and actor.user_id in request.author_ids:
        return refused(_("Vous avez saisi ou modifié cette demande : un autre responsable doit la décider."))
    return _first_refusal((manager, _state_verdict(request, move)))


def may_validate(actor: Actor, request: AidRequest) -> Verdict:
    return _may_decide(actor, request, "validate")


def may_send_back(actor: Actor, request: AidRequest) -> Verdict:
    return _may_decide(actor, request, "send_back")


def may_reject(actor: Actor, request: AidRequest) -> Verdict:
    return _may_decide(actor, request, "reject")


def may_reopen(actor: Actor, request: AidRequest) -> Verdict:
    """By the association's team: a refusal is looked at again."""
    if not actor.is_admin:
        return refused(_("Seule l’équipe ALES peut rouvrir une demande refusée."))
    return _state_verdict(request, "reopen")


def may_stop(actor: Actor, request: AidRequest) -> Verdict:
    return _first_refusal((_own_manager(actor, request), _state_verdict(request, "stop")))


def may_manage_scales(actor: Actor) -> Verdict:
    """Prepare and publish scales."""
    return ALLOWED if actor.is_admin else refused(_("Réservé à l’équipe ALES."))
