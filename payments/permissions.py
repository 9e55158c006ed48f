"""Who may do what in this room; each answer carries its reason (DOMAIN §3, §9; DESIGN §2.7).

The same function disables the button, says why beside it, and refuses the POST.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from aids.models import AidRequest
from aids.states import MOVES as AID_MOVES
from aids.states import RequestState
from ales.documents.models import JobState
from ales.verdict import ALLOWED, Verdict, refused
from members.access import Actor
from members.models import BankDetails, Organisation
from members.models.bank_details import BankDetailsState
from members.roles import OrganisationKind
from payments import bank_account, holds
from payments.models import (
    PaymentAdvice,
    PaymentBatch,
    PaymentOrder,
    PaymentQuery,
    PaymentRecovery,
    RecoveryState,
)
from payments.states import BATCH_MOVES, MOVES, BatchState, OrderState

#: Why a move isn't possible any more, by the state the order has reached.
ALREADY = {
    OrderState.TO_SIGN: _("L’ordre n’est pas encore signé."),
    OrderState.SIGNED: _("L’ordre est déjà signé."),
    OrderState.BATCHED: _("L’ordre est dans un bordereau qui n’est pas encore transmis à la banque."),
    OrderState.SENT: _("L’ordre est transmis à la banque."),
    OrderState.EXECUTED: _("L’ordre est déjà exécuté : le virement est parti."),
    OrderState.REJECTED: _("La banque a rejeté le virement de cet ordre."),
    OrderState.GIVEN_UP: _("L’ordre a été abandonné."),
}
BATCH_ALREADY = {
    BatchState.SENT: _("Le bordereau est déjà transmis à la banque."),
    BatchState.CANCELLED: _("Le bordereau est annulé."),
}


def _state_allows(order: PaymentOrder, move: str) -> Verdict:
    sources, _target = MOVES[move]
    return ALLOWED if order.state in sources else refused(ALREADY[OrderState(order.state)])


def payable(landlord: Organisation) -> Verdict:
    """Whether nothing suspends the landlord nor its bank details, which are confirmed and were not refused
    by the bank (DOMAIN §9).

    One query at most.
    """
    if not landlord.is_active:
        return refused(
            _("%(landlord)s est suspendu par l’association : aucun paiement ne part vers ce bailleur.")
            % {"landlord": landlord.name}
        )
    standing = {
        details.state: details
        for details in BankDetails.objects.filter(
            landlord=landlord, state__in=[BankDetailsState.CONFIRMED, BankDetailsState.PROPOSED]
        )
    }
    if BankDetailsState.PROPOSED in standing:
        changed = BankDetailsState.CONFIRMED in standing
        what = (
            _("Les coordonnées bancaires de %(landlord)s ont changé et attendent une seconde personne")
            if changed
            else _("Les coordonnées bancaires de %(landlord)s attendent d’être confirmées")
        )
        todo = _("le trésorier doit les confirmer ou les refuser avant tout paiement.")
        return refused(f"{what % {'landlord': landlord.name}} : {todo}")
    if not standing:
        return refused(
            _(
                "Les coordonnées bancaires de %(landlord)s ne sont pas connues : demandez à l’équipe ALES de "
                "les saisir d’après un RIB, puis au trésorier de les confirmer."
            )
            % {"landlord": landlord.name}
        )
    account = standing[BankDetailsState.CONFIRMED]
    return refused(holds.bank_refusal(account)) if account.is_refused_by_bank else ALLOWED


def may_request_payment(actor: Actor, aid: AidRequest) -> Verdict:
    """The manager of the organisation, on a validated aid; the bank details are asked apart (`payable`)."""
    if not actor.is_manager or actor.organisation_id != aid.organisation_id:
        return refused(_("Seul un responsable social de l’organisme qui suit l’aide demande le paiement."))
    if aid.state not in AID_MOVES["start_payment"].sources:
        return refused(
            _("Le paiement se demande sur une aide validée : celle-ci est %(state)s.")
            % {"state": RequestState(aid.state).label}
        )
    return ALLOWED


def may_sign(actor: Actor, order: PaymentOrder) -> Verdict:
    """The treasurer, neither author nor validator of the request, nor the one who asked for the payment.

    Reads `order.request` for the reason. A CHECK of the database refuses a barred signer too.
    """
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier signe les ordres de paiement."))
    allowed = _state_allows(order, "sign")
    if not allowed:
        return allowed
    if barred := _barred_because(actor, order):
        return refused(_("Une autre personne doit signer : %(did)s.") % {"did": barred})
    return ALLOWED


def _barred_because(actor: Actor, order: PaymentOrder) -> str:
    """What this person did that bars them from signing and from recording the execution; "" if nothing."""
    if actor.user_id not in order.barred_ids:
        return ""
    if actor.user_id == order.requested_by_id:
        return _("vous avez demandé ce paiement")
    if actor.user_id == order.request.decided_by_id:
        return _("vous avez validé cette aide")
    return _("vous avez saisi ou modifié cette demande d’aide")


def sign_verdict(actor: Actor, order: PaymentOrder) -> Verdict:
    """`may_sign`, the aid goes on, and the account is still the landlord's confirmed one (DOMAIN §9).

    Two queries at most.
    """
    verdict = may_sign(actor, order)
    if verdict and order.request.state == RequestState.STOPPED:
        return refused(_("L’aide est arrêtée : abandonnez cet ordre."))
    if verdict:
        verdict = payable(order.landlord)
    if verdict and account_changed(order):
        return refused(
            _(
                "Les coordonnées bancaires du bailleur ont changé depuis la demande de paiement : "
                "abandonnez cet ordre, le responsable redemandera le paiement sur le nouveau compte."
            )
        )
    return verdict


def may_record_execution(actor: Actor, order: PaymentOrder) -> Verdict:
    """The treasurer, once the order is signed; not one barred from signing it (a CHECK says so too)."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier constate l’exécution d’un paiement."))
    allowed = _state_allows(order, "execute")
    if allowed and (barred := _barred_because(actor, order)):
        return refused(_("Une autre personne doit constater le virement : %(did)s.") % {"did": barred})
    return allowed


def account_changed(order: PaymentOrder) -> bool:
    """Whether payments to the landlord no longer go to the order's account; one query (DOMAIN §9)."""
    return BankDetails.objects.confirmed_for(order.landlord_id) != order.bank_details


def may_give_up(actor: Actor, order: PaymentOrder) -> Verdict:
    """The treasurer until the order is executed; until it is signed, a manager of the organisation too.

    Once it is signed the bank may have the transfer: only the treasurer knows.
    """
    own_manager = actor.is_manager and actor.organisation_id == order.organisation_id
    if not (actor.is_treasurer or own_manager):
        return refused(
            _("Seuls le trésorier et le responsable social de l’organisme abandonnent un ordre de paiement.")
        )
    if own_manager and order.state == OrderState.SIGNED:
        return refused(
            _("L’ordre est signé, le virement est peut-être parti : seul le trésorier peut l’abandonner.")
        )
    return _state_allows(order, "give_up")


def may_close_period(actor: Actor) -> Verdict:
    """The treasurer closes the accounts; the association's staff reads them."""
    if actor.is_treasurer:
        return ALLOWED
    return refused(_("Seul le trésorier clôture une période comptable."))


def may_close_now(actor: Actor) -> Verdict:
    """`may_close_period`, and the association's SIREN, which names the file, is known; one query."""
    allowed = may_close_period(actor)
    if allowed and not Organisation.objects.filter(kind=OrganisationKind.ALES).exclude(siret="").exists():
        return refused(
            _(
                "Le SIRET de l’association n’est pas renseigné : le fichier des écritures porte son SIREN. "
                "L’équipe ALES le complète sur la fiche de l’association, puis la période peut être clôturée."
            )
        )
    return allowed


def may_confirm_receipt(actor: Actor, advice: PaymentAdvice, *, has_open_query: bool = False) -> Verdict:
    """An agent of the landlord who was paid, once, and not while they wait for an answer about it."""
    if not actor.is_landlord_agent or actor.organisation_id != advice.landlord_id:
        return refused(_("Seul un agent du bailleur payé confirme la réception."))
    return _still_open(advice, has_open_query=has_open_query)


# --- The landlord's questions ----------------------------------------------------------------------


def _still_open(advice: PaymentAdvice, *, has_open_query: bool) -> Verdict:
    if advice.cancelled_on:
        return refused(_("La banque a rejeté ce virement : il n’y a rien à confirmer."))
    if advice.received_on:
        return refused(_("La réception de ce paiement est déjà confirmée."))
    if has_open_query:
        return refused(_("Votre question sur ce paiement attend une réponse."))
    return ALLOWED


def may_ask_query(actor: Actor, advice: PaymentAdvice, *, has_open_query: bool) -> Verdict:
    """An agent of the landlord who was paid, until they confirm; one question at a time."""
    if not actor.is_landlord_agent or actor.organisation_id != advice.landlord_id:
        return refused(_("Seul un agent du bailleur payé signale un écart."))
    return _still_open(advice, has_open_query=has_open_query)


def may_answer_query(actor: Actor, query: PaymentQuery) -> Verdict:
    """A manager of the organisation, once."""
    if not actor.is_manager or actor.organisation_id != query.organisation_id:
        return refused(_("Seul un responsable social de l’organisme répond au bailleur."))
    if query.answered_at:
        return refused(_("Cette question a déjà sa réponse."))
    return ALLOWED


# --- What must come back ---------------------------------------------------------------------------


def may_ask_recovery(actor: Actor, order: PaymentOrder) -> Verdict:
    """A manager of the organisation or the association's staff, once the order is paid."""
    own_manager = actor.is_manager and actor.organisation_id == order.organisation_id
    if not (own_manager or actor.is_association):
        return refused(
            _("Seuls le responsable social de l’organisme et l’association demandent un remboursement.")
        )
    if order.state != OrderState.EXECUTED:
        return refused(_("Seul un ordre exécuté peut être recouvré : rien n’est encore payé ici."))
    return ALLOWED


def may_record_recovery(actor: Actor, recovery: PaymentRecovery) -> Verdict:
    """The treasurer, once, while its order stands as paid."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier constate un remboursement."))
    return _recovery_waits(recovery)


def may_drop_recovery(actor: Actor, recovery: PaymentRecovery) -> Verdict:
    """The association's staff, while nothing came back."""
    if not actor.is_association:
        return refused(_("Seule l’association renonce à un recouvrement."))
    return _recovery_waits(recovery)


def _recovery_waits(recovery: PaymentRecovery) -> Verdict:
    if recovery.state == RecoveryState.ASKED:
        return ALLOWED
    return refused(
        _("Ce recouvrement est « %s » : il n’attend plus rien.") % RecoveryState(recovery.state).label
    )


# --- Rejects --------------------------------------------------------------------------------------


def may_reject(actor: Actor, order: PaymentOrder) -> Verdict:
    """The treasurer, on a sent or executed order; not while the landlord gives its money back. One query."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier constate le rejet d’un virement."))
    allowed = _state_allows(order, "reject")
    if allowed and order.state == OrderState.EXECUTED:
        recoveries = order.recoveries.exclude(state=RecoveryState.DROPPED)
        if recoveries.exists():
            return refused(_("Ce paiement est déjà redemandé au bailleur : l’argent reviendrait deux fois."))
    return allowed


def _may_decide_rejection(order: PaymentOrder) -> Verdict:
    if order.state != OrderState.REJECTED:
        return refused(_("La banque n’a pas rejeté cet ordre."))
    if order.rejection_outcome:
        return refused(
            _("La suite de ce rejet est déjà décidée : %s.") % order.get_rejection_outcome_display()
        )
    return ALLOWED


def may_reorder(actor: Actor, order: PaymentOrder) -> Verdict:
    """The manager of the organisation, while the aid goes on; the account is asked apart (`payable`)."""
    if not actor.is_manager or actor.organisation_id != order.organisation_id:
        return refused(_("Seul un responsable social de l’organisme redemande le paiement."))
    allowed = _may_decide_rejection(order)
    if allowed and order.request.state == RequestState.STOPPED:
        return refused(_("L’aide est arrêtée : le montant ne peut qu’être rendu aux fonds."))
    return allowed


def may_release_rejected(actor: Actor, order: PaymentOrder) -> Verdict:
    """The manager of the organisation, or the treasurer."""
    own_manager = actor.is_manager and actor.organisation_id == order.organisation_id
    if not (actor.is_treasurer or own_manager):
        return refused(_("Seuls le responsable social de l’organisme et le trésorier rendent ce montant."))
    return _may_decide_rejection(order)


# --- Batches --------------------------------------------------------------------------------------


def may_prepare_batches(actor: Actor) -> Verdict:
    """The treasurer, once the association's account is configured."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier prépare un bordereau pour la banque."))
    problem = bank_account.problem()
    return refused(problem) if problem else ALLOWED


def batch_refusals(actor: Actor, orders: Sequence[PaymentOrder]) -> dict[int, str]:
    """Why each order can't be put in a batch by this person, by its id; the others are left out.

    Reads the orders' request and landlord; one query at most.
    """
    waiting = holds.reasons(orders)
    refusals = {}
    for order in orders:
        allowed = _state_allows(order, "batch")
        if not allowed:
            refusals[order.pk] = allowed.reason
        elif order.pk in waiting:
            refusals[order.pk] = waiting[order.pk]
        elif barred := _barred_because(actor, order):
            refusals[order.pk] = str(_("Une autre personne doit le transmettre : %(did)s.") % {"did": barred})
    return refusals


def may_send_batch(actor: Actor, batch: PaymentBatch) -> Verdict:
    """The treasurer, once the file is there; not one barred from signing an order in it.

    Two queries at most, unless the file's job and the orders with their requests are loaded.
    """
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier transmet un bordereau à la banque."))
    allowed = _batch_allows(batch, "send")
    if not allowed:
        return allowed
    if batch.file_job.state != JobState.DONE:
        return refused(_("Le fichier de virements est en cours de production."))
    for order in batch.orders.all():
        if barred := _barred_because(actor, order):
            return refused(
                _("Une autre personne doit transmettre ce bordereau : %(did)s (%(number)s).")
                % {"did": barred, "number": order.number}
            )
    return ALLOWED


def may_cancel_batch(actor: Actor, batch: PaymentBatch) -> Verdict:
    """The treasurer, as long as the batch isn't sent."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier annule un bordereau."))
    return _batch_allows(batch, "cancel")


def _batch_allows(batch: PaymentBatch, move: str) -> Verdict:
    sources, _target = BATCH_MOVES[move]
    return ALLOWED if batch.state in sources else refused(BATCH_ALREADY[BatchState(batch.state)])
