"""The first wall's words: by which column each role's `visible_to` narrows each root (DOMAIN §3).

A table read against the SQL, without a row (and, but for the cases, without the database): a filter is right
even where nothing of another organisation stands to prove it. What the rows say, test_visibility.py asks.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from aids.models import AidProfile, AidRequest
from ales.audit.models import AccessLog, ScrubLog
from ales.documents.models import ProductionJob, StoredDocument
from ales.works.models import Work
from association.statistics import is_protected_from, profiles_for
from cases.models import CaseGroupObjectPermission, CaseHandover, CaseShare, TenantCase
from cases.models.message import Message
from members.access import Actor
from members.models import (
    BankDetails,
    Envelope,
    Fund,
    Invitation,
    Membership,
    Notification,
    Organisation,
    SessionRecord,
)
from payments.models import PaymentAdvice, PaymentOrder
from payments.models.accounting import AccountingEntry, AccountingPeriod
from payments.models.batch import PaymentBatch
from payments.models.query import PaymentQuery
from payments.models.recovery import PaymentRecovery
from payments.models.statement import BankStatement, StatementLine
from tests.access.verdicts import ME, SHORT, actor

OWN = 41
#: No condition at all: every row.
ALL = Q()


def own(column: str = "organisation_id") -> Q:
    return Q(**{column: OWN})


def either(*columns: str) -> Q:
    narrowed = own(columns[0])
    for column in columns[1:]:
        narrowed |= own(column)
    return narrowed


def audiences(*names: str, mine: bool = True) -> Q:
    return (own() if mine else Q()) & Q(audience__in=names)


SOCIAL = {"worker": own(), "manager": own()}
ASSOCIATION = {"admin": ALL, "treasurer": ALL}
EVERYBODYS_OWN = {who: own() for who in ("worker", "manager", "agent", "board")} | ASSOCIATION
TENANTS = {"agent": own("landlord_id")}
#: Of files joined to messages; who sent them reads them too.
TO_OTHERS = ("TO_ASSOC", "TO_LANDLORD")
PRODUCED = {
    "worker": audiences("SOCIAL", "LANDLORD"),
    "manager": audiences("SOCIAL", "LANDLORD", "MONEY", "MANAGER"),
    "agent": Q(landlord_id=OWN) & Q(audience__in=("LANDLORD",)),
    "admin": audiences("MONEY", "LANDLORD", "ASSOCIATION", mine=False),
    "treasurer": audiences("MONEY", "LANDLORD", "ASSOCIATION", mine=False),
}
STORED = {
    "worker": audiences("SOCIAL", "LANDLORD", *TO_OTHERS),
    "manager": audiences("SOCIAL", "LANDLORD", "MONEY", "MANAGER", *TO_OTHERS),
    "agent": Q(landlord_id=OWN) & Q(audience__in=("LANDLORD", "TO_LANDLORD")),
    "admin": audiences("MONEY", "LANDLORD", "ASSOCIATION", "TO_ASSOC", mine=False),
    "treasurer": audiences("MONEY", "LANDLORD", "ASSOCIATION", "TO_ASSOC", mine=False),
}
TOLD_LANDLORD = ("in_payment", "rejected", "returned", "settled", "stopped", "submitted", "validated")

#: root -> role -> what narrows it; a role left out reads nothing.
FILTERS = {
    AidRequest: SOCIAL | ASSOCIATION | {"agent": Q(landlord_id=OWN, state__in=TOLD_LANDLORD)},
    PaymentOrder: {"manager": own()} | ASSOCIATION,
    PaymentAdvice: SOCIAL | TENANTS | ASSOCIATION,
    PaymentQuery: SOCIAL | TENANTS | ASSOCIATION,
    PaymentRecovery: {"manager": own()} | TENANTS | ASSOCIATION,
    PaymentBatch: ASSOCIATION,
    BankStatement: ASSOCIATION,
    StatementLine: ASSOCIATION,
    AccountingPeriod: ASSOCIATION,
    AccountingEntry: ASSOCIATION,
    Fund: {"manager": own("owner_id")} | ASSOCIATION,
    Envelope: {"manager": own("owner_id")} | ASSOCIATION,
    BankDetails: {"manager": own("landlord_id")} | TENANTS | ASSOCIATION,
    Membership: EVERYBODYS_OWN,
    Invitation: EVERYBODYS_OWN,
    Organisation: {who: own("pk") for who in EVERYBODYS_OWN} | ASSOCIATION,
    StoredDocument: STORED,
    ProductionJob: PRODUCED,
    AccessLog: {"manager": own("subject_organisation_id")},
    ScrubLog: {"manager": own("subject_organisation_id")},
    # A person's own, in the organisation (and the capacity) they act for: nobody else's, whoever they are.
    Notification: {who: own() & Q(user_id=ME) for who in SHORT},
    Work: {who: Q(user_id=ME, organisation_id=OWN, capacity=role) for who, role in SHORT.items()},
    Message: SOCIAL
    | dict.fromkeys(ASSOCIATION, Q(audience="ASSOCIATION"))
    | {"agent": Q(audience="LANDLORD", landlord_id=OWN)},
    CaseShare: {who: either("organisation_id", "shared_with_id") for who in SOCIAL},
    CaseHandover: {"worker": own(), "manager": either("from_organisation_id", "to_organisation_id")},
}
STATISTICS = SOCIAL | ASSOCIATION | {"board": ALL}


def words(queryset) -> str:
    return "nothing" if queryset.query.is_empty() else str(queryset.query)


def check(read: Callable[[Actor | None], object], model: type, expected: dict[str, Q]) -> None:
    for who in SHORT:
        wanted = words(model.objects.filter(expected[who])) if who in expected else "nothing"
        assert words(read(actor(who, OWN))) == wanted, who


@pytest.mark.parametrize("model", FILTERS, ids=lambda model: model.__name__)
def test_filters(model):
    check(model.objects.visible_to, model, FILTERS[model])
    assert words(model.objects.visible_to(None)) == "nothing"


def granted(permission: str, *levels: str) -> Q:
    """Cases shared with the organisation today, at one of these levels, its group holding the permission."""
    today = timezone.localdate()
    shared = TenantCase._base_manager.filter(
        shares__shared_with_id=OWN,
        shares__revoked_at=None,
        shares__starts_on__lte=today,
        shares__ends_on__gte=today,
        shares__level__in=levels,
    )
    held = CaseGroupObjectPermission.objects.filter(
        group__name=f"organisation-{OWN}", permission__codename=permission
    )
    return Q(pk__in=shared.filter(pk__in=held.values("content_object_id")).values("pk"))


#: Drawn on the day itself.
CASES = {
    "visible_to": lambda: own() | granted("read_shared_case", "READ", "WRITE"),
    "followed_by": own,
    "shared_with": lambda: granted("read_shared_case", "READ", "WRITE"),
    "writable_by": lambda: own() | granted("write_shared_case", "WRITE"),
}


@pytest.mark.django_db  # guardian's grants hang on a content type
@pytest.mark.parametrize("name", CASES)
def test_cases(name):
    """For the social people alone: their organisation's own cases, and those others opened to it."""
    read = getattr(TenantCase.objects, name)
    check(read, TenantCase, dict.fromkeys(SOCIAL, CASES[name]()))
    assert words(read(None)) == "nothing"


def test_shares_in_force():
    """From the first of its days to the last, unless it was taken back."""
    day = dt.date(2026, 6, 15)
    expected = CaseShare.objects.filter(revoked_at=None, starts_on__lte=day, ends_on__gte=day)
    assert words(CaseShare.objects.live(day)) == words(expected)


def test_sessions_that_still_open_pages():
    """One's own, neither closed nor expired."""
    at = dt.datetime(2026, 6, 15, tzinfo=dt.UTC)
    living = Session.objects.filter(session_key=OuterRef("key"), expire_date__gt=at)
    expected = SessionRecord.objects.filter(Exists(living), user_id=ME, ended_at=None)
    assert words(SessionRecord.objects.open_of(ME, at)) == words(expected)


def test_statistics():
    check(profiles_for, AidProfile, STATISTICS)


def test_small_cells():
    """Hidden from the board alone: the others count their own, or are the association (DOMAIN §10)."""
    assert {who for who in SHORT if is_protected_from(actor(who, OWN))} == {"board"}
