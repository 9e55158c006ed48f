"""Decisions on many requests at once: each by the ordinary operation, as if its page had been opened."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aids import operations, permissions, readiness
from aids.forms.filters import RequestFilterForm
from aids.funding import FundChoice, fund_choices
from aids.models import AidRequest
from aids.querysets import AidRequestQuerySet
from aids.states import MOVES
from ales.errors import InvalidInputError
from ales.money import ZERO, format_euros
from ales.verdict import Verdict
from ales.works import bulk
from ales.works.bulk import MOST_AT_ONCE, Answers, Bulk, Choice
from ales.works.models import Outcome, WorkLine
from cases.models import TenantCase
from members.access import Actor
from members.models import Fund
from members.roles import Role

#: Files loaded together while a decision is planned.
FILES = 100
LIST, QUEUE = "demandes", "a-decider"


def chosen_requests(actor: Actor, choice: Choice, move: str, *having: Any) -> AidRequestQuerySet:
    """The requests ticked, in whatever state, or those that the filters show, this move may start from and
    that meet the conditions `having`; the oldest first, one more than may be done at once."""
    requests = AidRequest.objects.visible_to(actor)
    if choice.ids:
        requests = requests.filter(public_id__in=choice.ids)
    else:
        filters = RequestFilterForm(choice.filters or {})
        requests = filters.apply(requests).filter(*having, state__in=MOVES[move].sources)
    return requests.order_by("submitted_at", "id")[: MOST_AT_ONCE + 1]


def line_of(request: AidRequest, verdict: Verdict, amount: Any = None) -> WorkLine:
    """The line of a request: to do, or not with the reason. It bears the version that was shown: a request
    changed since is left alone."""
    return WorkLine(
        subject_id=request.public_id,
        label=f"{request.tenant_name} – {request.reference}",
        address=reverse("aids:detail", args=[request.public_id]),
        amount=request.asked_amount if amount is None else amount,
        data={"version": request.version},
        outcome=Outcome.WAITING if verdict else Outcome.REFUSED,
        detail=verdict.reason,
    )


def _with_files(actor: Actor, requests: AidRequestQuerySet) -> Iterator[tuple[AidRequest, TenantCase]]:
    """Each request with its case's file, in a fixed number of queries for FILES of them."""
    found = list(requests.select_related("computation"))
    for start in range(0, len(found), FILES):
        part = found[start : start + FILES]
        files = TenantCase.objects.visible_to(actor).with_file()
        cases = files.in_bulk({request.case_id for request in part})
        for request in part:
            yield request, cases[request.case_id]


# --- Granting -------------------------------------------------------------------------------------


class GrantManyForm(Answers):
    """Which fund pays."""

    fund = forms.ChoiceField(
        label=gettext_lazy("Fonds"),
        required=False,
        help_text=gettext_lazy(
            "Chaque demande est accordée comme demandée, sur un seul fonds. "
            "Une demande à laquelle le fonds n’est pas ouvert, ou ne suffit plus, reste à décider."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = localdate().year
        funds = Fund.objects.filter(year__in=(year - 1, year), available__gt=0).select_related("owner")
        first = [("", _("Pour chaque demande, le premier fonds ouvert qui suffit"))]
        self.fields["fund"].choices = [
            *first,
            *(
                (str(fund.public_id), f"{fund.owner.name} – {fund} ({format_euros(fund.available)})")
                for fund in funds.order_by("-year", "owner__sort_key", "id")
            ),
        ]


def plan_validation(actor: Actor, choice: Choice) -> Iterator[WorkLine]:
    """What the manager may grant as it was asked, on the file as it stands."""
    for request, case in _with_files(actor, chosen_requests(actor, choice, "validate")):
        yield line_of(request, readiness.may_validate(actor, request, case))


def validate(actor: Actor, line: WorkLine, answers: dict[str, str]) -> str:
    """Grant a request as it was asked, on the fund chosen or the first one open to it that suffices."""
    request = AidRequest.objects.visible_to(actor).filter(public_id=line.subject_id).first()
    if request is None:
        raise InvalidInputError(_("Cette demande n’est plus accessible avec votre habilitation."))
    terms = list(request.terms.all())
    total = sum((term.asked for term in terms), ZERO)
    case = TenantCase.objects.visible_to(actor).with_file().get(pk=request.case_id)
    fund_id, label = _fund(fund_choices(case, localdate()), answers.get("fund", ""), total)
    operations.validate(
        actor=actor,
        request_id=request.public_id,
        version=line.data["version"],
        decisions=[
            operations.TermDecision(term.public_id, term.asked, allocations=((fund_id, term.asked),))
            for term in terms
        ],
        at=timezone.now(),
    )
    return _("Accordée : %(amount)s sur %(fund)s.") % {"amount": format_euros(total), "fund": label}


def _fund(choices: list[FundChoice], wanted: str, total) -> tuple[UUID, str]:
    if wanted:
        chosen = next((choice for choice in choices if str(choice.public_id) == wanted), None)
        if chosen is None:
            raise InvalidInputError(_("Le fonds choisi n’existe plus."))
        return chosen.public_id, chosen.label
    for choice in choices:
        if choice.open and choice.available >= total:
            return choice.public_id, choice.label
    raise InvalidInputError(
        _("Aucun fonds ouvert à cette demande n’a %s : décidez-la sur sa page, sur plusieurs fonds.")
        % format_euros(total)
    )


# --- Refusing -------------------------------------------------------------------------------------


class RejectManyForm(Answers):
    """One reason, in each household's letter."""

    reason = forms.CharField(
        label=gettext_lazy("Motif du refus"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Le même pour toutes, écrit dans la lettre à chaque ménage : "
            "dites ce qui manque et ce qui permettrait de revoir la décision."
        ),
    )


def plan_rejection(actor: Actor, choice: Choice) -> Iterator[WorkLine]:
    """What the manager may refuse."""
    for request in chosen_requests(actor, choice, "reject"):
        yield line_of(request, permissions.may_reject(actor, request))


def reject(actor: Actor, line: WorkLine, answers: dict[str, str]) -> str:
    """Refuse one request."""
    operations.reject(
        actor=actor,
        request_id=line.subject_id,
        version=line.data["version"],
        reason=answers["reason"],
        at=timezone.now(),
    )
    return _("Refusée : la lettre au ménage se prépare.")


MANAGERS = frozenset({Role.MANAGER})


def _action(name: str, title: Any, plan: Callable, treat: Callable, **fields: Any) -> Bulk:
    return Bulk(name=name, list_name=LIST, title=title, roles=MANAGERS, plan=plan, treat=treat, **fields)


ACTIONS = (
    _action(
        "valider",
        gettext_lazy("Valider des demandes d’aide"),
        plan_validation,
        validate,
        button=gettext_lazy("Valider"),
        icon="check",
        form=GrantManyForm,
        consequence=gettext_lazy(
            "Chaque aide est accordée telle qu’elle est demandée, l’argent engagé, la lettre préparée :"
        ),
        order=10,
    ),
    _action(
        "refuser",
        gettext_lazy("Refuser des demandes d’aide"),
        plan_rejection,
        reject,
        button=gettext_lazy("Refuser"),
        icon="x-mark",
        form=RejectManyForm,
        consequence=gettext_lazy("Chaque demande est refusée, sa lettre préparée :"),
        style="danger",
        order=20,
    ),
)


def register() -> None:
    for action in ACTIONS:
        bulk.register(action)
        # The same from the page of what waits: it has no filter, so « tout » is all that may be decided.
        bulk.register(replace(action, name=f"{action.name}-{QUEUE}", list_name=QUEUE))
