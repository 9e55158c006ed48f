# ruff: noqa: E501 (a table reads by the line)
"""Permissions of payments, their batches, recoveries, questions and the bank's statements: which role, of
which organisation, in which state (DOMAIN §3, §9).

Nothing here touches the database: the verdicts look at their arguments only. `make mutants` runs this.
"""

import datetime as dt
from types import SimpleNamespace

import pytest

from aids.models import AidRequest
from ales.documents.models import JobState
from members.models import BankDetails, Organisation
from payments import permissions as payments
from payments import statement_permissions as statements
from payments.models import (
    BankStatement,
    PaymentAdvice,
    PaymentOrder,
    PaymentQuery,
    PaymentRecovery,
    StatementLine,
)
from payments.models.recovery import RecoveryState
from payments.models.statement import LineOutcome, StatementState
from payments.rules.statements import EntryKind
from payments.states import BatchState, OrderState
from tests.access.verdicts import (
    ADMIN,
    AGENT,
    ASSOCIATION,
    MANAGER,
    OTHER,
    OWN,
    REQUESTS,
    TREASURER,
    actor,
    aid,
    check_when,
    check_who,
    order,
)

TODAY = dt.date(2026, 6, 15)


def order_without_recovery(state: str) -> SimpleNamespace:
    """As an order whose landlord is asked nothing back, without a query."""
    nothing = SimpleNamespace(exclude=lambda **_lookup: SimpleNamespace(exists=lambda: False))
    return SimpleNamespace(state=state, recoveries=nothing)


def rejected(**fields) -> PaymentOrder:
    return order("rejected", **fields)


def advice(**fields) -> PaymentAdvice:
    """Of an aid that another organisation follows, for the landlord's sake."""
    return PaymentAdvice(**{"landlord_id": OWN, "organisation_id": OTHER} | fields)


def query(**fields) -> PaymentQuery:
    return PaymentQuery(**{"organisation_id": OWN, "landlord_id": OTHER} | fields)


def recovery(state: str = "ASKED") -> PaymentRecovery:
    return PaymentRecovery(organisation_id=OWN, landlord_id=OTHER, state=state)


def batch(
    state: str = "prepared", job: str = "DONE", orders: tuple[PaymentOrder, ...] = ()
) -> SimpleNamespace:
    """As a batch whose file and orders are loaded."""
    return SimpleNamespace(
        state=state, file_job=SimpleNamespace(state=job), orders=SimpleNamespace(all=lambda: orders)
    )


def statement(state: str = "READ") -> BankStatement:
    return BankStatement(state=state)


def line(outcome: str = "TO_SETTLE", *, kind: str = "receipt", state: str = "APPLIED") -> StatementLine:
    return StatementLine(outcome=outcome, kind=kind, statement=statement(state))


# --- Who: (name, question, allowed of the own organisation, allowed of another) -------------------

TREASURER_ONLY = {"treasurer"}
WHO = [
    ("ask for payment", lambda a: payments.may_request_payment(a, aid("validated")), {"manager"}, set()),
    ("sign an order", lambda a: payments.may_sign(a, order()), {"treasurer"}, {"treasurer"}),
    ("record an execution", lambda a: payments.may_record_execution(a, order("signed")), {"treasurer"}, {"treasurer"}),
    ("give up an order", lambda a: payments.may_give_up(a, order()), {"manager", "treasurer"}, {"treasurer"}),
    ("confirm a receipt", lambda a: payments.may_confirm_receipt(a, PaymentAdvice(landlord_id=OWN, organisation_id=OTHER)), {"agent"}, set()),
    ("confirm a rejected transfer", lambda a: payments.may_confirm_receipt(a, PaymentAdvice(landlord_id=OWN, cancelled_on=dt.date(2026, 6, 15))), set(), set()),
    ("record a reject", lambda a: payments.may_reject(a, order("sent")), {"treasurer"}, {"treasurer"}),
    ("order a rejected payment again", lambda a: payments.may_reorder(a, rejected()), {"manager"}, set()),
    ("order a stopped aid again", lambda a: payments.may_reorder(a, rejected(request=AidRequest(state="stopped"))), set(), set()),
    ("give a rejected amount back", lambda a: payments.may_release_rejected(a, rejected()), {"manager", "treasurer"}, {"treasurer"}),
    ("decide a reject twice", lambda a: payments.may_reorder(a, rejected(rejection_outcome="REORDERED")), set(), set()),
    ("give back what is decided", lambda a: payments.may_release_rejected(a, rejected(rejection_outcome="REORDERED")), set(), set()),
    ("close a period", payments.may_close_period, TREASURER_ONLY, TREASURER_ONLY),
    ("ask about a payment", lambda a: payments.may_ask_query(a, advice(), has_open_query=False), {"agent"}, set()),
    ("answer a landlord", lambda a: payments.may_answer_query(a, query()), {"manager"}, set()),
    ("ask money back", lambda a: payments.may_ask_recovery(a, order("executed")), {"manager"} | ASSOCIATION, ASSOCIATION),
    ("record what came back", lambda a: payments.may_record_recovery(a, recovery()), TREASURER_ONLY, TREASURER_ONLY),
    ("drop a recovery", lambda a: payments.may_drop_recovery(a, recovery()), ASSOCIATION, ASSOCIATION),
    ("prepare batches", payments.may_prepare_batches, TREASURER_ONLY, TREASURER_ONLY),
    ("send a batch", lambda a: payments.may_send_batch(a, batch(orders=(order("batched"),))), TREASURER_ONLY, TREASURER_ONLY),
    ("cancel a batch", lambda a: payments.may_cancel_batch(a, batch()), TREASURER_ONLY, TREASURER_ONLY),
    ("import statements", statements.may_import_statements, TREASURER_ONLY, TREASURER_ONLY),
    ("apply a statement", lambda a: statements.may_apply(a, statement()), TREASURER_ONLY, TREASURER_ONLY),
    ("set a statement aside", lambda a: statements.may_set_aside(a, statement()), TREASURER_ONLY, TREASURER_ONLY),
    ("settle a line", lambda a: statements.may_settle_line(a, line()), TREASURER_ONLY, TREASURER_ONLY),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "own", "other"), [line[1:] for line in WHO], ids=[line[0] for line in WHO])
def test_who(ask, own, other):
    check_who(ask, own, other)


# --- When: (name, states, question on a state, states that allow it) ------------------------------

ORDERS = tuple(OrderState.values)
RECOVERIES = tuple(RecoveryState.values)
BATCHES = tuple(BatchState.values)
STATEMENTS = tuple(StatementState.values)
OUTCOMES = tuple(LineOutcome.values)
WHEN = [
    ("pay", REQUESTS, lambda s: payments.may_request_payment(MANAGER, aid(s)), {"validated", "in_payment"}),
    ("sign", ORDERS, lambda s: payments.may_sign(TREASURER, order(s)), {"to_sign"}),
    ("execute", ORDERS, lambda s: payments.may_record_execution(TREASURER, order(s)), {"signed", "sent"}),
    ("reject", ORDERS, lambda s: payments.may_reject(TREASURER, order_without_recovery(s)), {"sent", "executed"}),
    ("order again", ORDERS, lambda s: payments.may_reorder(MANAGER, order(s)), {"rejected"}),
    ("give back", ORDERS, lambda s: payments.may_release_rejected(TREASURER, order(s)), {"rejected"}),
    ("give up", ORDERS, lambda s: payments.may_give_up(TREASURER, order(s)), {"to_sign", "signed"}),
    ("give up, manager", ORDERS, lambda s: payments.may_give_up(MANAGER, order(s)), {"to_sign"}),
    ("give back, manager", ORDERS, lambda s: payments.may_release_rejected(MANAGER, order(s)), {"rejected"}),
    ("ask money back", ORDERS, lambda s: payments.may_ask_recovery(MANAGER, order(s)), {"executed"}),
    ("ask money back, staff", ORDERS, lambda s: payments.may_ask_recovery(ADMIN, order(s)), {"executed"}),
    ("record what came back", RECOVERIES, lambda s: payments.may_record_recovery(TREASURER, recovery(s)), {"ASKED"}),
    ("drop a recovery", RECOVERIES, lambda s: payments.may_drop_recovery(ADMIN, recovery(s)), {"ASKED"}),
    ("send a batch", BATCHES, lambda s: payments.may_send_batch(TREASURER, batch(s)), {"prepared"}),
    ("send once the file is there", JobState.values, lambda s: payments.may_send_batch(TREASURER, batch(job=s)), {"DONE"}),
    ("cancel a batch", BATCHES, lambda s: payments.may_cancel_batch(TREASURER, batch(s)), {"prepared"}),
    ("apply", STATEMENTS, lambda s: statements.may_apply(TREASURER, statement(s)), {"READ", "APPLYING", "APPLIED"}),
    ("set aside", STATEMENTS, lambda s: statements.may_set_aside(TREASURER, statement(s)), {"READ"}),
    ("settle", OUTCOMES, lambda s: statements.may_settle_line(TREASURER, line(s)), {"TO_SETTLE", "UNRELATED"}),
    ("settle in", STATEMENTS, lambda s: statements.may_settle_line(TREASURER, line(state=s)), {"APPLIED"}),
    ("settle what is booked", tuple(EntryKind), lambda k: statements.may_settle_line(TREASURER, line(kind=k)), set(EntryKind) - {EntryKind.PENDING}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("states", "ask", "expected"), [line[1:] for line in WHEN], ids=[line[0] for line in WHEN]
)
def test_when(states, ask, expected):
    check_when(states, ask, expected)


def test_a_batch_says_why_it_stays_as_it_is():
    for ask in (payments.may_send_batch, payments.may_cancel_batch):
        assert ask(TREASURER, batch("sent")).reason == "Le bordereau est déjà transmis à la banque."
        assert ask(TREASURER, batch("cancelled")).reason == "Le bordereau est annulé."


@pytest.mark.parametrize("ask", [payments.may_prepare_batches, statements.may_import_statements])
def test_nothing_goes_to_the_bank_from_no_account(settings, ask):
    """The treasurer is told what is missing; the others whose it is."""
    settings.BANK_ACCOUNT_IBAN = ""
    assert "compte de l’association n’est pas configuré" in ask(TREASURER).reason
    assert ask(ADMIN).reason.startswith("Seul le trésorier")


# --- The landlord's questions ---------------------------------------------------------------------

ON_AN_ADVICE = [
    payments.may_confirm_receipt,
    payments.may_ask_query,
]


@pytest.mark.parametrize("ask", ON_AN_ADVICE)
def test_an_advice_is_answered_once_by_one_way(ask):
    assert ask(AGENT, advice(), has_open_query=False)
    assert "rejeté" in ask(AGENT, advice(cancelled_on=TODAY), has_open_query=False).reason
    assert "déjà confirmée" in ask(AGENT, advice(received_on=TODAY), has_open_query=False).reason
    assert "attend une réponse" in ask(AGENT, advice(), has_open_query=True).reason


@pytest.mark.parametrize("ask", ON_AN_ADVICE)
def test_nobody_else_is_told_how_an_advice_stands(ask):
    """Neither the member's people, nor an agent of another landlord (of the member's own social service)."""
    for stranger in (MANAGER, actor("agent", OTHER)):
        reasons = {
            ask(stranger, found, has_open_query=waits).reason
            for found in (advice(), advice(cancelled_on=TODAY), advice(received_on=TODAY))
            for waits in (False, True)
        }
        assert len(reasons) == 1


def test_a_receipt_is_confirmed_without_a_question():
    assert payments.may_confirm_receipt(AGENT, advice())


def test_a_question_is_answered_once():
    answered = query(answered_at=dt.datetime(2026, 6, 15, tzinfo=dt.UTC))
    assert "déjà sa réponse" in payments.may_answer_query(MANAGER, answered).reason
    assert "Seul un responsable" in payments.may_answer_query(actor("manager", OTHER), answered).reason


# --- Batches --------------------------------------------------------------------------------------


def test_nobody_barred_sends_a_batch_and_each_is_told_which_order_bars_them():
    """Whatever its place in the batch (DOMAIN §9)."""
    free = order("batched", barred_ids=[], year=2026, sequence=1)
    barring = order("batched", year=2026, sequence=2)
    for user, did in ((20, "demandé ce paiement"), (21, "validé cette aide"), (22, "saisi ou modifié")):
        for orders in ((free, barring), (barring, free)):
            reason = payments.may_send_batch(actor("treasurer", user_id=user), batch(orders=orders)).reason
            assert reason.startswith("Une autre personne doit transmettre ce bordereau : vous avez ")
            assert did in reason
            assert barring.number in reason
    assert payments.may_send_batch(actor("treasurer", user_id=20), batch(orders=(free,)))


def test_the_treasurer_cancels_a_batch_they_may_not_send():
    barred = actor("treasurer", user_id=20)
    assert payments.may_cancel_batch(barred, batch(orders=(order("batched"),)))


def test_what_keeps_an_order_out_of_a_batch(monkeypatch):
    """Its state first, then what it waits for, then who asks; an order that is free is left out."""
    orders = [
        order("to_sign", pk=1),
        order("signed", pk=2),
        order("signed", pk=3, barred_ids=[]),
        order("signed", pk=4),
        order("batched", pk=5),
    ]
    monkeypatch.setattr(payments.holds, "reasons", lambda asked: {1: "Suspendu.", 2: "Compte changé."})
    assert payments.batch_refusals(actor("treasurer", user_id=20), orders) == {
        1: "L’ordre n’est pas encore signé.",
        2: "Compte changé.",
        4: "Une autre personne doit le transmettre : vous avez demandé ce paiement.",
        5: "L’ordre est dans un bordereau qui n’est pas encore transmis à la banque.",
    }
    assert set(payments.batch_refusals(TREASURER, orders)) == {1, 2, 5}


# --- Finer points ---------------------------------------------------------------------------------


def test_nobody_barred_signs_and_each_is_told_what_they_did():
    assert [payments.may_sign(actor("treasurer", user_id=user), order()).reason for user in (20, 21, 22)] == [
        "Une autre personne doit signer : vous avez demandé ce paiement.",
        "Une autre personne doit signer : vous avez validé cette aide.",
        "Une autre personne doit signer : vous avez saisi ou modifié cette demande d’aide.",
    ]


def test_no_reject_while_the_landlord_gives_the_money_back():
    """A request that was dropped doesn't count (DOMAIN §9)."""
    asked = []

    def exclude(**lookup):
        asked.append(lookup)
        return SimpleNamespace(exists=lambda: True)

    executed = SimpleNamespace(state="executed", recoveries=SimpleNamespace(exclude=exclude))
    assert "déjà redemandé au bailleur" in payments.may_reject(TREASURER, executed).reason
    assert asked == [{"state": RecoveryState.DROPPED}]
    assert payments.may_reject(TREASURER, SimpleNamespace(state="sent")), (
        "nothing is asked of what didn't leave"
    )


def test_a_suspended_landlord_is_paid_nothing():
    suspended = Organisation(pk=5, name="Habitat", is_active=False)
    assert "suspendu" in payments.payable(suspended).reason


def test_an_order_of_a_stopped_aid_is_not_signed():
    stopped = order(request=AidRequest(state="stopped"), landlord=Organisation(pk=5, name="Habitat"))
    assert "arrêtée" in payments.sign_verdict(TREASURER, stopped).reason


def test_who_may_not_sign_is_told_that_before_how_the_order_stands():
    stopped = order(request=AidRequest(state="stopped"))
    assert payments.sign_verdict(ADMIN, stopped).reason == "Seul le trésorier signe les ordres de paiement."


def test_a_suspended_landlords_order_is_not_signed_though_its_account_stands(monkeypatch):
    kept = BankDetails(pk=1)
    objects = SimpleNamespace(confirmed_for=lambda _landlord: kept)
    monkeypatch.setattr(payments, "BankDetails", SimpleNamespace(objects=objects))
    suspended = Organisation(pk=5, name="Habitat", is_active=False)
    asked = order(landlord=suspended, bank_details=kept)
    assert payments.sign_verdict(TREASURER, asked).reason == payments.payable(suspended).reason


def test_the_state_comes_before_who_is_barred():
    barred = actor("treasurer", user_id=20)
    assert payments.may_record_execution(barred, order()).reason == "L’ordre n’est pas encore signé."


def test_a_stopped_aid_is_no_reason_for_an_order_the_bank_kept():
    stopped = order("executed", request=AidRequest(state="stopped"))
    assert payments.may_reorder(MANAGER, stopped).reason == "La banque n’a pas rejeté cet ordre."


@pytest.mark.parametrize("known", [True, False])
def test_the_accounts_are_closed_by_the_treasurer_once_the_siren_is_known(monkeypatch, known):
    """The association's own: any other organisation's says nothing."""

    def read(**lookup):
        assert lookup == {"kind": "ALES"}
        return SimpleNamespace(exclude=exclude)

    def exclude(**lookup):
        assert lookup == {"siret": ""}
        return SimpleNamespace(exists=lambda: known)

    monkeypatch.setattr(payments, "Organisation", SimpleNamespace(objects=SimpleNamespace(filter=read)))
    assert bool(payments.may_close_now(TREASURER)) is known
    assert ("SIREN" in payments.may_close_now(TREASURER).reason) is not known
    assert payments.may_close_now(ADMIN).reason == payments.may_close_period(ADMIN).reason


@pytest.mark.parametrize(
    ("vouched_at", "paid"), [(None, False), (dt.datetime(2026, 6, 2, tzinfo=dt.UTC), True)]
)
def test_nothing_is_paid_to_an_account_the_bank_refused_until_somebody_vouches(monkeypatch, vouched_at, paid):
    account = BankDetails(
        state="CONFIRMED",
        bank_refused_on=dt.date(2026, 6, 1),
        bank_refused_reason="AC04",
        vouched_at=vouched_at,
    )
    objects = SimpleNamespace(filter=lambda **_lookup: [account])
    monkeypatch.setattr(payments, "BankDetails", SimpleNamespace(objects=objects))
    verdict = payments.payable(Organisation(pk=5, name="Habitat"))
    assert bool(verdict) is paid
    assert ("AC04" in verdict.reason) is not paid


def test_a_signed_order_is_out_of_its_managers_hands():
    assert "peut-être parti" in payments.may_give_up(MANAGER, order("signed")).reason


def test_nobody_barred_records_the_execution():
    reasons = {
        payments.may_record_execution(actor("treasurer", user_id=user), order("signed")).reason
        for user in (20, 21, 22)
    }
    assert len(reasons) == 3
    assert all(reason.startswith("Une autre personne doit constater le virement") for reason in reasons)


def test_a_receipt_is_confirmed_once():
    advice = PaymentAdvice(landlord_id=OWN, received_on="2026-06-15")
    assert "déjà" in payments.may_confirm_receipt(actor("agent"), advice).reason


@pytest.mark.parametrize(
    ("known", "current", "payable", "sign"),
    [
        ({"CONFIRMED"}, "same", True, True),
        ({"CONFIRMED"}, "changed", True, False),
        ({"CONFIRMED", "PROPOSED"}, None, False, False),
        ({"PROPOSED"}, None, False, False),
        (set(), None, False, False),
    ],
)
def test_an_account_that_may_be_paid(monkeypatch, known, current, payable, sign):
    """Confirmed and unchanged since the payment was asked (DOMAIN §9)."""
    kept = BankDetails(pk=1)
    found = {"same": kept, "changed": BankDetails(pk=2), None: None}[current]
    landlord = Organisation(pk=5, name="Habitat")

    def read(**lookup):
        assert lookup == {"landlord": landlord, "state__in": ["CONFIRMED", "PROPOSED"]}
        return [BankDetails(state=state) for state in known]

    objects = SimpleNamespace(filter=read, confirmed_for=lambda _landlord: found)
    monkeypatch.setattr(payments, "BankDetails", SimpleNamespace(objects=objects))
    verdict = payments.payable(landlord)
    assert bool(verdict) is payable
    changed = "ont changé" in str(verdict.reason)
    assert changed is (known == {"CONFIRMED", "PROPOSED"})
    asked = order(landlord=landlord, bank_details=kept)
    assert bool(payments.sign_verdict(TREASURER, asked)) is sign
    if not payable:
        assert payments.sign_verdict(TREASURER, asked).reason == verdict.reason
    assert not payments.sign_verdict(MANAGER, asked)
