"""What is done on many payments at once: asked for, an order an aid; constated, a whole bordereau."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aids.bulk import LIST, chosen_requests, line_of
from aids.models import AidRequest, RentTerm
from aids.states import TermState
from ales.dates import format_date
from ales.money import ZERO, format_euros
from ales.verdict import Verdict, refused
from ales.works import bulk
from ales.works.bulk import Bulk, Choice
from ales.works.models import Work, WorkLine
from ales.works.operations import ask_confirmed
from members.access import Actor
from members.roles import Role
from payments import operations, permissions
from payments.models import PaymentBatch, StatementLine

GRANTED = Sum("terms__granted", filter=Q(terms__state=TermState.GRANTED))


def plan(actor: Actor, choice: Choice) -> Iterator[WorkLine]:
    """The aids whose granted terms may be paid now, each for what is left to ask; one query, and one a
    landlord."""
    accounts: dict[int, Verdict] = {}
    # A filter means the aids with something left to ask for.
    left = RentTerm.objects.filter(request=OuterRef("pk"), state=TermState.GRANTED)
    wanted = chosen_requests(actor, choice, "start_payment", Exists(left))
    # The ids first: a slice can't be summed.
    ids = list(wanted.values_list("pk", flat=True))
    requests = AidRequest.objects.filter(pk__in=ids).select_related("landlord").annotate(to_ask=GRANTED)
    for aid in requests.order_by("submitted_at", "id"):
        if aid.landlord_id not in accounts:
            accounts[aid.landlord_id] = permissions.payable(aid.landlord)
        yield line_of(aid, _verdict(actor, aid, accounts[aid.landlord_id]), aid.to_ask or ZERO)


def _verdict(actor: Actor, aid: AidRequest, account: Verdict) -> Verdict:
    verdict = permissions.may_request_payment(actor, aid)
    if verdict and not aid.to_ask:
        return refused(_("Aucune échéance accordée n’attend d’être payée."))
    return account if verdict else verdict


def ask(actor: Actor, line: WorkLine, answers: dict[str, str]) -> str:
    """Ask for the payment of every granted term of one aid."""
    aids = AidRequest.objects.visible_to(actor).filter(public_id=line.subject_id)
    granted = RentTerm.objects.filter(request__in=aids, state=TermState.GRANTED)
    order = operations.request_payment(
        actor=actor,
        request_id=line.subject_id,
        term_ids=list(granted.values_list("public_id", flat=True)),
        version=line.data["version"],
        at=timezone.now(),
    )
    return _("Ordre %(number)s établi : %(amount)s.") % {
        "number": order.number,
        "amount": format_euros(order.amount),
    }


PAYMENT = Bulk(
    name="payer",
    list_name=LIST,
    title=gettext_lazy("Demander le paiement d’aides"),
    button=gettext_lazy("Demander le paiement"),
    icon="banknotes",
    roles=frozenset({Role.MANAGER}),
    plan=plan,
    treat=ask,
    consequence=gettext_lazy("Un ordre à signer par le trésorier est établi pour chaque aide :"),
    order=30,
)


def settle(actor: Actor, line: WorkLine, answers: dict[str, str]) -> str:
    """Constate every order of a bordereau that the bank booked in one line, all of them or none."""
    settled = operations.settle_with_batch(
        actor=actor, line_id=line.subject_id, batch_id=UUID(line.data["batch"]), at=timezone.now()
    )
    return settled.note


SETTLEMENT = Bulk(
    name="rapprocher-bordereau",
    list_name="",
    page="payments:lines_to_settle",
    title=gettext_lazy("Rapprocher un bordereau"),
    button=gettext_lazy("Rapprocher"),
    icon="scale",
    roles=frozenset({Role.TREASURER}),
    # Of no list: the line's own page asks.
    plan=lambda actor, choice: (),
    treat=settle,
)


def settle_by_worker(actor: Actor, line: StatementLine, batch: PaymentBatch, at: dt.datetime) -> Work:
    """Leave a large bordereau to a worker. Raises NotAllowedError, InvalidInputError."""
    to_settle = WorkLine(
        subject_id=line.public_id,
        label=_("Ligne du %(day)s, bordereau %(batch)s")
        % {"day": format_date(line.booked_on), "batch": batch.number},
        address=reverse("payments:batch", args=[batch.public_id]),
        amount=line.amount,
        data={"batch": str(batch.public_id)},
    )
    return ask_confirmed(actor=actor, bulk=SETTLEMENT, lines=[to_settle], at=at)


def register() -> None:
    bulk.register(PAYMENT)
    bulk.register(SETTLEMENT)
