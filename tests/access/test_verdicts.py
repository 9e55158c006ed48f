# ruff: noqa: E501 (a table reads by the line)
"""Permissions of cases, agreements, aids and a person's rights: which role, of which organisation, in which
state (DOMAIN §3, §7, §14). Those of members and payments have tables of their own beside it.

Nothing here touches the database: the verdicts look at their arguments only. `make mutants` runs this.
"""

from types import SimpleNamespace

import pytest

from aids import permissions as aids
from cases import permissions as cases
from cases.personal_data import permissions as rights
from cases.querysets import TenantCaseQuerySet
from tests.access.verdicts import (
    ADMIN,
    AUTHOR,
    MANAGER,
    ME,
    OTHER,
    OWN,
    REQUESTS,
    SOCIAL,
    WORKER,
    actor,
    aid,
    anonymised,
    case,
    check_when,
    check_who,
    frozen,
    handover,
    protocol,
)

# --- Who: (name, question, allowed of the own organisation, allowed of another) -------------------

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
]  # fmt: skip


@pytest.fixture
def nothing_shared(monkeypatch):
    """A case's questions look for a share for changes: here none stands, and no database is asked."""
    nowhere = SimpleNamespace(filter=lambda pk: SimpleNamespace(exists=lambda: False))
    monkeypatch.setattr(TenantCaseQuerySet, "writable_by", lambda _self, _actor: nowhere)


@pytest.mark.usefixtures("nothing_shared")
@pytest.mark.parametrize(("ask", "own", "other"), [line[1:] for line in WHO], ids=[line[0] for line in WHO])
def test_who(ask, own, other):
    check_who(ask, own, other)


# --- When: (name, question on a state, states that allow it) --------------------------------------

PROTOCOLS = (None, "DRAFT", "ISSUED", "SIGNED", "REPLACED")
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
    check_when(states, ask, expected)


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
    lambda a, s: aids.may_withdraw(a, aid(s, author_ids=[ME] if s == "draft" else [AUTHOR])),
    lambda a, s: aids.may_validate(a, aid(s, author_ids=[ME] if s == "draft" else [AUTHOR])),
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
