# ruff: noqa: E501 (a table reads by the line)
"""Every permission, as a table: which role, of which organisation, in which state (DOMAIN §3, §7, §9).

Nothing here touches the database: the verdicts look at their arguments only. `make mutants` runs this.
"""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest

from aids import permissions as aids
from aids.models import AidRequest
from aids.states import RequestState
from ales.verdict import Verdict
from cases import permissions as cases
from cases.models import CaseHandover, Protocol, TenantCase
from cases.personal_data import permissions as rights
from cases.querysets import TenantCaseQuerySet
from members import permissions as members
from members.access import Actor
from members.models import BankDetails, Invitation, Membership, Organisation
from members.models.fund import EntryKind
from members.roles import ROLES_OF_KIND, OrganisationKind, Role
from payments import permissions as payments
from payments.models import PaymentAdvice, PaymentOrder
from payments.models.recovery import RecoveryState
from payments.states import OrderState

OWN, OTHER, ME, AUTHOR = 1, 2, 10, 11
SHORT = {
    "worker": Role.SOCIAL_WORKER,
    "manager": Role.MANAGER,
    "agent": Role.LANDLORD_AGENT,
    "board": Role.BOARD_MEMBER,
    "admin": Role.ASSOCIATION_ADMIN,
    "treasurer": Role.TREASURER,
}


def actor(who: str, organisation_id: int = OWN, user_id: int = ME) -> Actor:
    return Actor(user_id, uuid.UUID(int=user_id), organisation_id, "Organisme", "CIL", SHORT[who], "Nom")


def allowed(ask, organisation_id: int = OWN) -> set[str]:
    """Who is allowed; everybody refused is told why."""
    found = set()
    for who in SHORT:
        verdict = ask(actor(who, organisation_id))
        assert isinstance(verdict, Verdict)
        assert bool(verdict) != bool(str(verdict.reason)), (who, "a refusal has a reason, a consent none")
        if verdict:
            found.add(who)
    return found


def case(**fields) -> TenantCase:
    return TenantCase(**{"organisation_id": OWN, "state": "OPEN"} | fields)


def frozen(**fields) -> TenantCase:
    return case(limited_on=dt.date(2026, 6, 15), limit_kind="DISPUTE", limit_reason="Recours", **fields)


def anonymised(**fields) -> TenantCase:
    return case(anonymised_on=dt.date(2026, 6, 15), **fields)


def handover(sender: int = OWN, receiver: int = OTHER) -> CaseHandover:
    return CaseHandover(from_organisation_id=sender, to_organisation_id=receiver)


def protocol(state: str | None) -> Protocol | None:
    return state and Protocol(state=state)


def aid(state: str = "draft", **fields) -> AidRequest:
    return AidRequest(state=state, **{"organisation_id": OWN, "author_ids": [AUTHOR]} | fields)


def organisation(kind: str = "CIL", **fields) -> Organisation:
    return Organisation(pk=OWN, kind=kind, **fields)


def order(state: str = "to_sign", **fields) -> PaymentOrder:
    request = AidRequest(decided_by_id=21, organisation_id=OWN)
    values = {"organisation_id": OWN, "barred_ids": [20, 21, 22], "requested_by_id": 20, "request": request}
    return PaymentOrder(state=state, **values | fields)


def order_without_recovery(state: str) -> SimpleNamespace:
    """As an order whose landlord is asked nothing back, without a query."""
    nothing = SimpleNamespace(exclude=lambda **_lookup: SimpleNamespace(exists=lambda: False))
    return SimpleNamespace(state=state, recoveries=nothing)


def rejected(**fields) -> PaymentOrder:
    return order("rejected", **fields)


def details(state: str = "PROPOSED", entered_by_id: int = AUTHOR) -> BankDetails:
    return BankDetails(state=state, entered_by_id=entered_by_id)


# --- Who: (name, question, allowed of the own organisation, allowed of another) -------------------

SOCIAL = {"worker", "manager"}
ASSOCIATION = {"admin", "treasurer"}
WHO = [
    ("open a case", cases.may_create, SOCIAL, SOCIAL),
    ("edit a case", lambda a: cases.may_edit(a, case()), SOCIAL, set()),
    ("change the dwelling", lambda a: cases.may_edit_dwelling(a, case(), held=False), SOCIAL, set()),
    ("close a case", lambda a: cases.may_close(a, case(), held=False), SOCIAL, set()),
    ("reopen a case", lambda a: cases.may_reopen(a, case(state="CLOSED")), SOCIAL, set()),
    ("follow a case", lambda a: cases.may_follow(a, case()), SOCIAL, set()),
    ("share one's own case", lambda a: cases.may_share(a, case(referent_id=ME)), SOCIAL, set()),
    ("share a colleague's case", lambda a: cases.may_share(a, case(referent_id=AUTHOR)), {"manager"}, set()),
    ("take one's own share back", lambda a: cases.may_revoke_share(a, case(referent_id=ME)), SOCIAL, set()),
    ("take a colleague's share back", lambda a: cases.may_revoke_share(a, case(referent_id=AUTHOR)), {"manager"}, set()),
    ("take a share of a closed case back", lambda a: cases.may_revoke_share(a, case(state="CLOSED")), {"manager"}, set()),
    ("propose a handover", lambda a: cases.may_propose_handover(a, case()), {"manager"}, set()),
    ("propose a closed case", lambda a: cases.may_propose_handover(a, case(state="CLOSED")), {"manager"}, set()),
    ("propose a held case", lambda a: cases.may_propose_handover(a, case(), refusals=["Tenu."]), set(), set()),
    ("call a handover back", lambda a: cases.may_cancel_handover(a, handover()), {"manager"}, set()),
    ("call a received one back", lambda a: cases.may_cancel_handover(a, handover(OTHER, OWN)), set(), {"manager"}),
    ("answer a handover", lambda a: cases.may_answer_handover(a, handover(OTHER, OWN)), {"manager"}, set()),
    ("answer one's own proposal", lambda a: cases.may_answer_handover(a, handover()), set(), {"manager"}),
    ("export a person's file", lambda a: rights.may_export(a, case()), {"manager"}, set()),
    ("note a correction", lambda a: rights.may_correct(a, case()), {"manager"}, set()),
    ("freeze a file", lambda a: rights.may_limit(a, case()), {"manager"}, set()),
    ("release a file", lambda a: rights.may_release(a, frozen()), {"manager"}, set()),
    ("erase a file", lambda a: rights.may_erase(a, case(), duties=()), {"manager"}, set()),
    ("write an agreement", lambda a: cases.may_write_protocol(a, case(), protocol("DRAFT")), SOCIAL, set()),
    ("sign an agreement", lambda a: cases.may_sign_protocol(a, case(), protocol("ISSUED")), SOCIAL, set()),
    ("revise an agreement", lambda a: cases.may_revise_protocol(a, case(), protocol("ISSUED")), SOCIAL, set()),
    ("enter a request", lambda a: aids.may_create(a, case()), SOCIAL, set()),
    ("edit a request", lambda a: aids.may_edit(a, aid()), SOCIAL, set()),
    ("submit a request", lambda a: aids.may_submit(a, aid()), SOCIAL, set()),
    ("answer the points", lambda a: aids.may_answer(a, aid("returned")), SOCIAL, set()),
    ("withdraw one's own", lambda a: aids.may_withdraw(a, aid(author_ids=[ME])), SOCIAL, set()),
    ("withdraw a colleague's", lambda a: aids.may_withdraw(a, aid()), set(), set()),
    ("validate", lambda a: aids.may_validate(a, aid("submitted")), {"manager"}, set()),
    ("validate one's own entry", lambda a: aids.may_validate(a, aid("submitted", author_ids=[ME])), set(), set()),
    ("send back", lambda a: aids.may_send_back(a, aid("submitted")), {"manager"}, set()),
    ("send back one's own entry", lambda a: aids.may_send_back(a, aid("submitted", author_ids=[ME])), set(), set()),
    ("refuse", lambda a: aids.may_reject(a, aid("submitted")), {"manager"}, set()),
    ("refuse one's own entry", lambda a: aids.may_reject(a, aid("submitted", author_ids=[ME])), set(), set()),
    ("reopen a refusal", lambda a: aids.may_reopen(a, aid("rejected")), {"admin"}, {"admin"}),
    ("stop an aid", lambda a: aids.may_stop(a, aid("validated")), {"manager"}, set()),
    ("write scales", aids.may_manage_scales, {"admin"}, {"admin"}),
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
    ("edit organisations", members.may_edit_organisations, {"admin"}, {"admin"}),
    ("register a private landlord", members.may_register_private_landlord, SOCIAL | {"admin"}, SOCIAL | {"admin"}),
    ("read an organisation", lambda a: members.may_read_organisation(a, organisation()), {"manager", "agent"} | ASSOCIATION, ASSOCIATION),
    ("invite", lambda a: members.may_invite(a, organisation("BAILLEUR")), {"manager", "agent", "admin"}, {"admin"}),
    ("invite into a closed organisation", lambda a: members.may_invite(a, organisation("BAILLEUR", is_active=False)), set(), set()),
    ("invite into a town hall", lambda a: members.may_invite(a, organisation("PUBLIC")), set(), set()),
    ("manage a user", lambda a: members.may_manage_user(a, Membership(user_id=AUTHOR, organisation_id=OWN)), {"manager", "admin"}, {"admin"}),
    ("manage oneself", lambda a: members.may_manage_user(a, Membership(user_id=ME, organisation_id=OWN)), set(), set()),
    ("manage an agent's invitation", lambda a: members.may_manage_invitation(a, Invitation(organisation=organisation("BAILLEUR"), role="LANDLORD_AGENT")), {"manager", "agent", "admin"}, {"admin"}),
    ("manage a worker's invitation", lambda a: members.may_manage_invitation(a, Invitation(organisation=organisation("BAILLEUR"), role="SOCIAL_WORKER")), {"manager", "admin"}, {"admin"}),
    ("manage funds", members.may_manage_funds, {"admin"}, {"admin"}),
    ("commit money", lambda a: members.may_write_ledger(a, EntryKind.COMMITMENT), {"manager"}, {"manager"}),
    ("release money", lambda a: members.may_write_ledger(a, EntryKind.RELEASE), {"manager"} | ASSOCIATION, {"manager"} | ASSOCIATION),
    ("pay from a fund", lambda a: members.may_write_ledger(a, EntryKind.PAYMENT), ASSOCIATION, ASSOCIATION),
    ("recover money", lambda a: members.may_write_ledger(a, EntryKind.RECOVERY), ASSOCIATION, ASSOCIATION),
    ("read a statement", lambda a: members.may_read_statement(a, OWN), {"manager"} | ASSOCIATION, ASSOCIATION),
    ("choose when a fund is low", lambda a: members.may_set_alert(a, OWN), {"manager", "admin"}, {"admin"}),
    ("enter bank details", lambda a: members.may_enter_bank_details(a, organisation("BAILLEUR")), {"agent", "admin"}, {"admin"}),
    ("enter a CIL's bank details", lambda a: members.may_enter_bank_details(a, organisation("CIL")), set(), set()),
    ("confirm bank details", lambda a: members.may_decide_bank_details(a, details()), {"treasurer"}, {"treasurer"}),
    ("confirm one's own entry", lambda a: members.may_decide_bank_details(a, details(entered_by_id=ME)), set(), set()),
    ("confirm decided ones", lambda a: members.may_decide_bank_details(a, details("CONFIRMED")), set(), set()),
]  # fmt: skip


@pytest.fixture
def nothing_shared(monkeypatch):
    """A case's questions look for a share for changes: here none stands, and no database is asked."""
    nowhere = SimpleNamespace(filter=lambda pk: SimpleNamespace(exists=lambda: False))
    monkeypatch.setattr(TenantCaseQuerySet, "writable_by", lambda _self, _actor: nowhere)


@pytest.mark.usefixtures("nothing_shared")
@pytest.mark.parametrize(("ask", "own", "other"), [line[1:] for line in WHO], ids=[line[0] for line in WHO])
def test_who(ask, own, other):
    assert (allowed(ask), allowed(ask, OTHER)) == (own, other)


# --- When: (name, question on a state, states that allow it) --------------------------------------

MANAGER, WORKER, ADMIN, TREASURER = actor("manager"), actor("worker"), actor("admin"), actor("treasurer")
PROTOCOLS = (None, "DRAFT", "ISSUED", "SIGNED", "REPLACED")
REQUESTS = tuple(RequestState.values)
ORDERS = tuple(OrderState.values)
WHEN = [
    ("edit", REQUESTS, lambda s: aids.may_edit(WORKER, aid(s)), {"draft", "returned"}),
    ("submit", REQUESTS, lambda s: aids.may_submit(WORKER, aid(s)), {"draft", "returned"}),
    ("answer", REQUESTS, lambda s: aids.may_answer(WORKER, aid(s)), {"returned"}),
    ("withdraw", REQUESTS, lambda s: aids.may_withdraw(WORKER, aid(s, author_ids=[ME])), {"draft", "submitted", "returned"}),
    ("validate", REQUESTS, lambda s: aids.may_validate(MANAGER, aid(s)), {"submitted"}),
    ("send back", REQUESTS, lambda s: aids.may_send_back(MANAGER, aid(s)), {"submitted"}),
    ("reject", REQUESTS, lambda s: aids.may_reject(MANAGER, aid(s)), {"submitted"}),
    ("reopen", REQUESTS, lambda s: aids.may_reopen(ADMIN, aid(s)), {"rejected"}),
    ("stop", REQUESTS, lambda s: aids.may_stop(MANAGER, aid(s)), {"validated", "in_payment"}),
    ("pay", REQUESTS, lambda s: payments.may_request_payment(MANAGER, aid(s)), {"validated", "in_payment"}),
    ("sign", ORDERS, lambda s: payments.may_sign(TREASURER, order(s)), {"to_sign"}),
    ("execute", ORDERS, lambda s: payments.may_record_execution(TREASURER, order(s)), {"signed", "sent"}),
    ("reject", ORDERS, lambda s: payments.may_reject(TREASURER, order_without_recovery(s)), {"sent", "executed"}),
    ("order again", ORDERS, lambda s: payments.may_reorder(MANAGER, order(s)), {"rejected"}),
    ("give back", ORDERS, lambda s: payments.may_release_rejected(TREASURER, order(s)), {"rejected"}),
    ("give up", ORDERS, lambda s: payments.may_give_up(TREASURER, order(s)), {"to_sign", "signed"}),
    ("give up, manager", ORDERS, lambda s: payments.may_give_up(MANAGER, order(s)), {"to_sign"}),
    ("edit a case", ("OPEN", "CLOSED"), lambda s: cases.may_edit(WORKER, case(state=s)), {"OPEN"}),
    ("close a case", ("OPEN", "CLOSED"), lambda s: cases.may_close(WORKER, case(state=s), held=False), {"OPEN"}),
    ("reopen a case", ("OPEN", "CLOSED"), lambda s: cases.may_reopen(WORKER, case(state=s)), {"CLOSED"}),
    ("enter a request", ("OPEN", "CLOSED"), lambda s: aids.may_create(WORKER, case(state=s)), {"OPEN"}),
    ("close while held", (False, True), lambda held: cases.may_close(WORKER, case(), held=held), {False}),
    ("dwelling while held", (False, True), lambda held: cases.may_edit_dwelling(WORKER, case(), held=held), {False}),
    ("write", PROTOCOLS, lambda s: cases.may_write_protocol(WORKER, case(), protocol(s)), {"DRAFT"}),
    ("file the signed copy", PROTOCOLS, lambda s: cases.may_sign_protocol(WORKER, case(), protocol(s)), {"ISSUED"}),
    ("revise", PROTOCOLS, lambda s: cases.may_revise_protocol(WORKER, case(), protocol(s)), {"ISSUED"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("states", "ask", "expected"), [line[1:] for line in WHEN], ids=[line[0] for line in WHEN]
)
def test_when(states, ask, expected):
    assert {state for state in states if ask(state)} == expected
    assert all(ask(state).reason for state in states if not ask(state))


@pytest.mark.parametrize(
    "ask", [cases.may_write_protocol, cases.may_sign_protocol, cases.may_revise_protocol]
)
def test_the_agreement_of_a_closed_case_stays(ask):
    for state in PROTOCOLS:
        assert "clos" in ask(WORKER, case(state="CLOSED"), protocol(state)).reason


KEPT = [
    lambda c: cases.may_edit(MANAGER, c),
    lambda c: cases.may_follow(MANAGER, c),
    lambda c: cases.may_share(MANAGER, c),
    lambda c: cases.may_propose_handover(MANAGER, c),
    lambda c: cases.may_edit_dwelling(MANAGER, c, held=False),
    lambda c: cases.may_close(MANAGER, c, held=False),
    lambda c: cases.may_write_protocol(MANAGER, c, protocol("DRAFT")),
    lambda c: aids.may_create(MANAGER, c),
]


@pytest.mark.parametrize("ask", KEPT)
def test_a_frozen_or_anonymised_file_stays_as_it_is(ask):
    """And its refusal says which of the two it is (DOMAIN §14)."""
    assert ask(case())
    assert ask(frozen()).reason == "Ce dossier est gelé (litige ou obligation légale) : il se lit seulement."
    assert ask(anonymised()).reason == "Ce dossier est anonymisé : il ne se modifie plus."


def test_a_closed_file_that_is_frozen_is_not_reopened():
    assert cases.may_reopen(MANAGER, case(state="CLOSED"))
    assert "gelé" in cases.may_reopen(MANAGER, frozen(state="CLOSED")).reason
    assert "anonymisé" in cases.may_reopen(MANAGER, anonymised(state="CLOSED")).reason


def test_a_frozen_file_says_so_before_whose_it_is_to_share():
    assert "gelé" in cases.may_share(WORKER, frozen(referent_id=AUTHOR)).reason


def test_a_frozen_file_may_still_be_closed_to_another_organisation():
    assert cases.may_revoke_share(MANAGER, frozen())


RIGHTS = {
    # what is asked: (on an ordinary file, on a frozen one, while an aid or a payment needs it)
    "export": (lambda c, _duties: rights.may_export(MANAGER, c), (True, True, True)),
    "correct": (lambda c, _duties: rights.may_correct(MANAGER, c), (True, True, True)),
    "freeze": (lambda c, _duties: rights.may_limit(MANAGER, c), (True, False, True)),
    "release": (lambda c, _duties: rights.may_release(MANAGER, c), (False, True, False)),
    "erase": (lambda c, duties: rights.may_erase(MANAGER, c, duties=duties), (True, False, False)),
}


@pytest.mark.parametrize("name", RIGHTS)
def test_rights_of_the_person_by_the_state_of_the_file(name):
    ask, expected = RIGHTS[name]
    verdicts = (ask(case(), []), ask(frozen(), []), ask(case(), ["Un paiement est en cours."]))
    assert tuple(bool(verdict) for verdict in verdicts) == expected
    assert all(verdict.reason for verdict in verdicts if not verdict)
    assert "anonymisé" in ask(anonymised(), []).reason


def test_a_file_that_is_needed_says_everything_that_needs_it():
    assert (
        rights.may_erase(MANAGER, case(), duties=["Une aide.", "Un ordre."]).reason == "Une aide. Un ordre."
    )


def test_a_case_shared_for_changes_is_written_and_no_more(monkeypatch):
    """The verdicts ask the shares once a case and person."""
    asked = []

    def writable_by(_self, who):
        asked.append(who)
        return SimpleNamespace(filter=lambda pk: SimpleNamespace(exists=lambda: who.user_id == 30))

    monkeypatch.setattr(TenantCaseQuerySet, "writable_by", writable_by)
    shared = case()
    worker, reader = actor("worker", OTHER, 30), actor("worker", OTHER, 31)
    for _again in range(2):
        assert cases.may_edit(worker, shared)
        assert cases.may_edit(reader, shared).reason == cases.READ_ONLY
    assert asked == [worker, reader]
    assert cases.may_edit(actor("agent", OTHER), shared).reason == cases.FOLLOWED_ELSEWHERE
    assert "bailleur est changé par l’organisme" in cases.may_edit_dwelling(worker, shared, held=False).reason
    assert cases.may_edit_dwelling(reader, shared, held=True).reason == cases.READ_ONLY
    assert cases.may_follow(worker, shared).reason == cases.FOLLOWED_ELSEWHERE


def test_each_refusal_of_an_agreement_says_its_own_reason():
    for ask in (cases.may_write_protocol, cases.may_sign_protocol, cases.may_revise_protocol):
        reasons = {s: ask(WORKER, case(), protocol(s)).reason for s in PROTOCOLS}
        told = [reason for reason in reasons.values() if reason]
        assert len(set(told)) >= len(told) - 1, "None and DRAFT may share one"


STRANGERS = [
    lambda a, s: aids.may_edit(a, aid(s)),
    lambda a, s: aids.may_submit(a, aid(s)),
    lambda a, s: aids.may_answer(a, aid(s)),
    lambda a, s: aids.may_withdraw(a, aid(s)),
    lambda a, s: aids.may_withdraw(a, aid(s, author_ids=[ME])),
    lambda a, s: aids.may_validate(a, aid(s)),
    lambda a, s: aids.may_validate(a, aid(s, author_ids=[ME])),
    lambda a, s: rights.may_limit(a, frozen() if s == "draft" else case()),
    lambda a, s: rights.may_release(a, frozen() if s == "draft" else case()),
    lambda a, s: rights.may_erase(a, frozen() if s == "draft" else case(), duties=()),
    lambda a, s: rights.may_erase(a, case(), duties=["Un paiement est en cours."] if s == "draft" else ()),
    lambda a, s: aids.may_stop(a, aid(s)),
    lambda a, s: aids.may_create(a, case(state="OPEN" if s == "draft" else "CLOSED")),
    lambda a, s: cases.may_edit_dwelling(a, case(), held=s == "draft"),
]


@pytest.mark.usefixtures("nothing_shared")
@pytest.mark.parametrize("ask", STRANGERS)
def test_a_stranger_is_told_that_and_nothing_of_the_state(ask):
    """The first refusal is about who one is: the next ones would tell how the object stands."""
    assert len({ask(actor("manager", OTHER), state).reason for state in REQUESTS}) == 1


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


def test_roles_one_may_give():
    landlord = organisation("BAILLEUR")
    roles = ROLES_OF_KIND[OrganisationKind.BAILLEUR]
    given = {who: members.invitable_roles(actor(who), landlord) for who in SHORT}
    assert given == {
        "worker": (),
        "manager": roles,
        "agent": (Role.LANDLORD_AGENT,),
        "board": (),
        "admin": roles,
        "treasurer": (),
    }
    elsewhere = {who: members.invitable_roles(actor(who, OTHER), landlord) for who in SHORT}
    assert elsewhere == dict.fromkeys(SHORT, ()) | {"admin": roles}


@pytest.mark.parametrize(
    ("flag", "roles"),
    [
        ("is_social", SOCIAL),
        ("is_manager", {"manager"}),
        ("is_landlord_agent", {"agent"}),
        ("is_admin", {"admin"}),
        ("is_treasurer", {"treasurer"}),
        ("is_association", ASSOCIATION),
    ],
)
def test_capacities(flag, roles):
    assert {who for who in SHORT if getattr(actor(who), flag)} == roles


def test_the_context_of_an_actor():
    context = actor("manager", organisation_id=7, user_id=8).context
    assert (context.user_id, context.organisation_id, context.capacity) == (8, 7, "MANAGER")


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
    rows = SimpleNamespace(values_list=lambda *_args, **_options: list(known))
    landlord = Organisation(pk=5, name="Habitat")

    def read(**lookup):
        assert lookup == {"landlord": landlord, "state__in": ["CONFIRMED", "PROPOSED"]}
        return rows

    objects = SimpleNamespace(filter=read, confirmed_for=lambda _landlord: found)
    monkeypatch.setattr(payments, "BankDetails", SimpleNamespace(objects=objects))
    verdict = payments.payable(landlord)
    assert bool(verdict) is payable
    changed = "ont changé" in str(verdict.reason)
    assert changed is (known == {"CONFIRMED", "PROPOSED"})
    asked = order(landlord=landlord, bank_details=kept)
    assert bool(payments.sign_verdict(TREASURER, asked)) is sign
    assert not payments.sign_verdict(MANAGER, asked)
