"""« Demander le paiement » of many aids at once: each by the ordinary operation, an order an aid."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aids.bulk import LIST, chosen_requests, line_of
from aids.models import AidRequest, RentTerm
from aids.states import TermState
from ales.money import ZERO, format_euros
from ales.verdict import Verdict, refused
from ales.works import bulk
from ales.works.bulk import Bulk, Choice
from ales.works.models import WorkLine
from members.access import Actor
from members.roles import Role
from payments import operations, permissions

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


def register() -> None:
    bulk.register(PAYMENT)
