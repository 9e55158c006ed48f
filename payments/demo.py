"""Demo data of this room: what was paid for the demo's aids since 2022, and what waits to be.

Each aid's payments tell their story through the operations, at past dates, all together in the order of
time. Ends with a check of the money and of the numbers.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from django.db.models import Count, F, Max, Min, Sum
from django.utils import timezone

from aids.models import AidRequest, RentTerm
from aids.states import RequestState, TermState
from ales.demo import act_as, chance, later, run
from ales.documents import production
from ales.money import ZERO
from cases.demo import SHARE, Team, draws, team
from cases.models import TenantCase
from cases.models.case import CaseState
from cases.operations.case import close_case, is_held
from members import bank_details
from members.access import Actor, actor_of
from members.demo import demo_actor
from members.funds import RETURN_CAUSE
from members.models import BankDetails, Fund, FundEntry, Membership, Organisation
from members.roles import Role
from payments import demo_follow_up, demo_queues, operations, permissions
from payments.demo_statements import produce_file
from payments.models import PaymentAdvice, PaymentBatch, PaymentOrder
from payments.rules.banking_days import next_banking_day
from payments.states import BatchState, OrderState

GIVE_UPS = (
    "Le bailleur a changé de compte : nouvel ordre à établir.",
    "Une échéance de trop : l’ordre est refait sans elle.",
)
CLOSINGS = (
    "Dette apurée, loyer repris.",
    "Relogement réussi.",
    "Suivi terminé d’un commun accord.",
    "Ménage parti de la commune, suivi passé au CCAS.",
)
RECENT = dt.timedelta(days=45)
JUST_DECIDED = dt.timedelta(days=25)
#: Before, the treasurer typed each transfer at the bank; since, they go by batches.
BATCHING = dt.timedelta(days=80)
BATCH_EVERY = dt.timedelta(days=7)
#: The treasurer has been away for a while: the bank's last statements are still to be read.
UNREAD = dt.timedelta(days=21)


def build(report: Callable[[str], None]) -> None:
    """Tell every payment up to now, close the finished cases, check the money; needs aids.demo."""
    if PaymentOrder.objects.exists():
        return
    now = timezone.now()
    organisations = Organisation.objects.filter(name__in=[row[0] for row in SHARE])
    teams = {organisation.pk: team(organisation) for organisation in organisations}
    treasurer = demo_actor("tresorier")
    agents = _agents()
    aids = AidRequest.objects.filter(state=RequestState.VALIDATED).select_related(
        "landlord", "case__organisation", "case__tenancy"
    )
    stories = [
        _pay(aid, teams[aid.organisation_id].manager, treasurer, agents.get(aid.landlord_id), now)
        for aid in aids.order_by("decided_at", "id")
    ]
    cases = TenantCase.objects.select_related("organisation", "tenancy")
    with production.deferring():
        run([*stories, _batches(treasurer, now)], until=now, report=report)
        run([_close(case, teams[case.organisation_id], now) for case in cases], now, report)
        demo_queues.fill(
            managers={pk: found.manager for pk, found in teams.items()}, treasurer=treasurer, at=now
        )
        demo_follow_up.build(
            report,
            managers={pk: found.manager for pk, found in teams.items()},
            agents=agents,
            treasurer=treasurer,
        )
    for state, count in sorted(Counter(PaymentOrder.objects.values_list("state", flat=True)).items()):
        report(f"ordres de paiement, {OrderState(state).label} : {count}")
    for state, count in sorted(Counter(PaymentBatch.objects.values_list("state", flat=True)).items()):
        report(f"bordereaux, {BatchState(state).label} : {count}")
    report(f"{PaymentAdvice.objects.exclude(received_on=None).count()} paiements confirmés par les bailleurs")
    report(f"{TenantCase.objects.filter(state=CaseState.CLOSED).count()} dossiers clos")
    check_money()
    report("contrôle : fonds, sommes et numéros justes")


def _agents() -> dict[int, Actor]:
    """A landlord's agent by the landlord's id."""
    found = (
        Membership.objects.active().filter(role=Role.LANDLORD_AGENT).select_related("user", "organisation")
    )
    return {membership.organisation_id: actor_of(membership) for membership in found}


def _pay(
    aid: AidRequest, manager: Actor, treasurer: Actor, agent: Actor | None, now: dt.datetime
) -> Iterator[dt.datetime]:
    """Unpaid months together, then each coming one in its month. Lately each step takes a little longer,
    so that every queue holds something today."""
    draw = draws(aid.case, "payment", aid.renewal_of_id is not None)
    at = aid.decided_at

    def wait(most: int) -> dt.datetime:
        longer = 3 if at > now - RECENT else 1
        return later(at, draw.randrange(1, most * longer + 1), draw)

    act_as(manager.context)
    if not permissions.payable(aid.landlord):
        return
    if aid.decided_at > now - JUST_DECIDED and draw.random() < 0.5:
        return  # The manager has still to ask for it.
    terms = list(aid.terms.filter(state=TermState.GRANTED))
    due = [term for term in terms if term.nature != "COMING"]
    groups = [due] if due else []
    coming = [term for term in terms if term.nature == "COMING"]
    groups += [coming] if coming and draw.random() < 0.6 else [[term] for term in coming]
    for group in groups:
        first = group[0].month
        if first and group[0].nature == "COMING":
            opens = dt.datetime.combine(first, dt.time(9), at.tzinfo)
            at = max(at, opens)
        yield (at := wait(5))
        given_up = False
        while True:
            act_as(manager.context)
            order = operations.request_payment(
                actor=manager, request_id=aid.public_id, term_ids=[term.public_id for term in group], at=at
            )
            if at > now - RECENT and draw.random() < 0.4:
                return  # Left for the treasurer to sign.
            yield (at := wait(4))
            if given_up or draw.random() > 0.03:
                break
            given_up = True
            act_as(manager.context)
            operations.give_up(actor=manager, order_id=order.public_id, reason=draw.choice(GIVE_UPS), at=at)
            yield (at := wait(3))
        act_as(treasurer.context)
        operations.sign(actor=treasurer, order_id=order.public_id, at=at)
        yield (at := wait(3))
        while at > now - BATCHING and not _is_sent(order):
            yield (at := later(at, 1, draw))
        if at > now - UNREAD - BATCH_EVERY:
            return  # Left for the bank's statement.
        act_as(treasurer.context)
        advice = operations.record_execution(
            actor=treasurer, order_id=order.public_id, executed_on=timezone.localdate(at), at=at
        )
        if agent and draw.random() < 0.85:
            yield (at := later(at, draw.randrange(2, 9), draw))
            act_as(agent.context)
            operations.confirm_receipt(
                actor=agent, advice_id=advice.public_id, received_on=timezone.localdate(at), at=at
            )


def _is_sent(order: PaymentOrder) -> bool:
    return PaymentOrder.objects.filter(pk=order.pk, state=OrderState.SENT).exists()


def _batches(treasurer: Actor, now: dt.datetime) -> Iterator[dt.datetime]:
    """Every week signed orders go to the bank the next day; the last batch still waits to be sent."""
    draw = chance("batches")
    at = later(now - BATCHING, 0, draw)
    while at < now - UNREAD:
        yield at
        batch = _batch(treasurer, at)
        yield (sent_at := later(at, 1, draw))
        if batch:
            produce_file(batch)
            act_as(treasurer.context)
            operations.mark_sent(actor=treasurer, batch_id=batch.public_id, at=sent_at)
        at = later(at, BATCH_EVERY.days, draw)
    yield at
    _reject_one(treasurer, at)
    yield max(at, now - dt.timedelta(hours=20))
    if batch := _batch(treasurer, now - dt.timedelta(hours=20)):
        produce_file(batch)


def _reject_one(treasurer: Actor, at: dt.datetime) -> None:
    """The bank gives the oldest transfer back: blocked account, right all the same. Another one stays to be
    read of."""
    act_as(treasurer.context)
    sent = list(PaymentOrder.objects.filter(state=OrderState.SENT).oldest_first()[:2])
    if len(sent) == 2:
        operations.reject(
            actor=treasurer,
            order_id=sent[0].public_id,
            rejected_on=timezone.localdate(at),
            code="AC06",
            at=at,
        )
        refused = BankDetails.objects.refused_by_bank().get(landlord=sent[0].landlord_id)
        note = "Comptable du bailleur jointe au standard : le compte a été débloqué le matin même."
        bank_details.vouch(actor=treasurer, details_id=refused.public_id, note=note, at=at)


def _batch(treasurer: Actor, at: dt.datetime) -> PaymentBatch | None:
    """The older half of what is signed and may go; the other is left for the visitor."""
    act_as(treasurer.context)
    held = PaymentOrder.objects.on_hold().values("pk")
    orders = PaymentOrder.objects.filter(state=OrderState.SIGNED, signed_at__lt=at).exclude(pk__in=held)
    ids = [
        public_id
        for public_id, barred in orders.oldest_first().values_list("public_id", "barred_ids")
        if treasurer.user_id not in barred
    ]
    if not ids:
        return None
    day = next_banking_day(timezone.localdate(at))
    return operations.prepare_batch(
        actor=treasurer, order_ids=ids[: (len(ids) + 1) // 2], execution_on=day, at=at
    )


def _close(case: TenantCase, own: Team, now: dt.datetime) -> Iterator[dt.datetime]:
    """A finished case is closed months later."""
    draw = draws(case, "closing")
    last = case.aid_requests.aggregate(last=Max("updated_at"))["last"] or case.updated_at
    at = later(last, draw.randrange(120, 300), draw)
    if at > now or draw.random() < 0.12:
        return
    yield at
    act_as(own.manager.context)
    fresh = TenantCase.objects.get(pk=case.pk)
    if not is_held(fresh):
        close_case(
            actor=own.manager,
            case_id=fresh.public_id,
            version=None,
            reason=draw.choice(CLOSINGS),
            closed_on=timezone.localdate(at),
            at=at,
        )


# --- The check ----------------------------------------------------------------------------------


class DemoError(AssertionError):
    """The demo's money or numbers don't add up."""


def check_money() -> None:
    """Raise DemoError unless every fund is at least 0 and equals its ledger, each aid's amounts equal its
    terms' and orders', and numbers have no gap."""
    for fund in Fund.objects.all():
        if fund.available < 0 or fund.to_pay < 0:
            raise DemoError(f"{fund} is below zero")
        sums = {
            row["kind"]: row["euros"]
            for row in FundEntry.objects.filter(fund=fund)
            .order_by()
            .values("kind")
            .annotate(euros=Sum("amount"))
        }
        kept = (fund.contributed, fund.committed, fund.released, fund.paid)
        if kept != tuple(
            sums.get(kind, ZERO) for kind in ("CONTRIBUTION", "COMMITMENT", "RELEASE", "PAYMENT")
        ):
            raise DemoError(f"{fund} differs from its ledger")
    _check_aids()
    for year in (
        PaymentOrder.objects.order_by()
        .values("year")
        .annotate(count=Count("id"), first=Min("sequence"), last=Max("sequence"))
    ):
        if (year["first"], year["last"]) != (1, year["count"]):
            raise DemoError(f"order numbers of {year['year']} have a gap")


def _check_aids() -> None:
    granted = AidRequest.objects.granted().annotate(euros=Sum("terms__granted"))
    if wrong := granted.exclude(euros=F("granted_amount")).values_list("reference", flat=True):
        raise DemoError(f"granted amounts differ from their terms: {list(wrong)}")
    paid = _sum(RentTerm.objects.filter(state=TermState.PAID), "granted")
    by_order = _sum(PaymentOrder.objects.filter(state=OrderState.EXECUTED), "amount")
    returned = FundEntry.objects.filter(kind="RECOVERY", cause_kind=RETURN_CAUSE)
    by_ledger = _sum(FundEntry.objects.filter(kind="PAYMENT"), "amount") - _sum(returned, "amount")
    by_aid = _sum(AidRequest.objects.all(), "paid_amount")
    if not paid == by_order == by_ledger == by_aid:
        raise DemoError(
            f"paid: {paid} by terms, {by_order} by orders, {by_ledger} by ledger, {by_aid} by aids"
        )


def _sum(rows, column: str) -> Decimal:
    return rows.aggregate(euros=Sum(column))["euros"] or ZERO
