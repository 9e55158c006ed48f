# ruff: noqa: E501 (a table reads by the line)
"""Permissions of organisations, users, funds and bank details, and what an actor is (DOMAIN §2, §3, §6).

Nothing here touches the database: the verdicts look at their arguments only. `make mutants` runs this.
"""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.http import HttpResponse

from members import access
from members import permissions as members
from members.models import BankDetails, Invitation, Membership
from members.models.fund import EntryKind
from members.roles import ROLES_OF_KIND, OrganisationKind, Role
from tests.access.verdicts import (
    ASSOCIATION,
    AUTHOR,
    ME,
    OTHER,
    OWN,
    SHORT,
    SOCIAL,
    actor,
    check_who,
    organisation,
)


def details(state: str = "PROPOSED", entered_by_id: int = AUTHOR) -> BankDetails:
    return BankDetails(state=state, entered_by_id=entered_by_id)


def refused_account(state: str = "CONFIRMED", **fields) -> BankDetails:
    return BankDetails(state=state, bank_refused_on=dt.date(2026, 6, 1), **fields)


#: name, question, allowed of the own organisation, allowed of another
WHO = [
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
    ("vouch for an account the bank refused", lambda a: members.may_vouch_for_account(a, refused_account()), {"treasurer"}, {"treasurer"}),
    ("vouch for one it did not refuse", lambda a: members.may_vouch_for_account(a, details("CONFIRMED")), set(), set()),
    ("vouch for a proposed one", lambda a: members.may_vouch_for_account(a, refused_account("PROPOSED")), set(), set()),
    ("vouch twice", lambda a: members.may_vouch_for_account(a, refused_account(vouched_at=dt.datetime(2026, 6, 2, tzinfo=dt.UTC))), set(), set()),
    ("confirm decided ones", lambda a: members.may_decide_bank_details(a, details("CONFIRMED")), set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "own", "other"), [line[1:] for line in WHO], ids=[line[0] for line in WHO])
def test_who(ask, own, other):
    check_who(ask, own, other)


def test_each_refusal_to_vouch_says_its_own_reason():
    reasons = [
        members.may_vouch_for_account(asking, account).reason
        for asking, account in (
            (actor("admin"), details("PROPOSED")),
            (actor("treasurer"), details("PROPOSED")),
            (actor("treasurer"), details("CONFIRMED")),
        )
    ]
    assert reasons == [
        "Seul le trésorier déclare avoir vérifié un compte auprès du bailleur.",
        "Ces coordonnées ne sont plus en vigueur.",
        "La banque n’a pas refusé ce compte, ou il est déjà vérifié.",
    ]


def test_who_may_not_invite_is_told_the_nearest_reason():
    """Who never invites, who invites elsewhere only, then how the organisation stands."""
    town_hall = organisation("PUBLIC", is_active=False)
    reasons = [
        members.may_invite(asking, town_hall).reason
        for asking in (actor("worker"), actor("worker", OTHER), actor("manager", OTHER), actor("manager"))
    ]
    assert reasons == [
        "Les invitations sont envoyées par l’équipe ALES ou le responsable de l’organisme.",
        "Les invitations sont envoyées par l’équipe ALES ou le responsable de l’organisme.",
        "Vous ne pouvez inviter que dans votre propre organisme.",
        "Cet organisme est inactif : réactivez-le avant d’y inviter quelqu’un.",
    ]
    sent = Invitation(organisation=town_hall, role="SOCIAL_WORKER")
    assert members.may_manage_invitation(actor("manager", OTHER), sent).reason == reasons[2]


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
    ("who", "roles", "status", "address"),
    [
        ("nobody", (), 302, "/connexion/?next=/page/%3Fp%3D2"),
        ("nobody", (Role.MANAGER,), 302, "/connexion/?next=/page/%3Fp%3D2"),
        ("without habilitation", (), 302, "/sans-habilitation/"),
        ("without habilitation", (Role.MANAGER,), 302, "/sans-habilitation/"),
        ("worker", (), 200, None),
        ("worker", (Role.MANAGER,), 403, None),
        ("worker", (Role.MANAGER, Role.SOCIAL_WORKER), 200, None),
        ("manager", (Role.MANAGER, Role.SOCIAL_WORKER), 200, None),
        ("agent", (Role.MANAGER, Role.SOCIAL_WORKER), 403, None),
    ],
)
def test_a_page_is_for_its_roles(monkeypatch, rf, who, roles, status, address):
    """Signed in first, then with a habilitation, then in one of the roles; the refusal names them all."""
    monkeypatch.setattr(
        access, "render", lambda _request, _page, named, status: HttpResponse(str(named), status=status)
    )
    request = rf.get("/page/?p=2")
    request.user = SimpleNamespace(is_authenticated=who != "nobody")
    request.actor = actor(who) if who in SHORT else None
    answer = access.roles_required(*roles)(lambda _request: HttpResponse("page"))(request)
    assert (answer.status_code, answer.headers.get("Location")) == (status, address)
    assert (answer.content == b"page") is (status == 200)
    if status == 403:
        assert all(str(role.label) in answer.content.decode() for role in roles)
