"""The earlier aids of a case and of its household, as the rules ask for them (DOMAIN §4)."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _

from aids.models import AidRequest, RentTerm
from aids.models.request import Purpose
from aids.models.term import TermNature
from aids.rules.repayment import PaidTerm, TermPosition
from aids.states import TERMS_HOLDING_MONTH, TermState
from cases.models import Person, TenantCase
from cases.models.household import PersonPosition

POSITIONS = {
    TermNature.PAST: TermPosition.PAST,
    TermNature.SETTLEMENT: TermPosition.PAST,
    TermNature.COMING: TermPosition.COMING,
}


@dataclass(frozen=True)
class History:
    """What came before a request: periods of its case, months of its household, aids on its arrears."""

    earlier_periods: tuple[tuple[date, ...], ...] = ()
    aided_months: tuple[date, ...] = ()
    earlier_terms: tuple[PaidTerm, ...] = ()


def household_case_ids(case: TenantCase) -> list[int]:
    """Every case of the organisation whose tenant or co-tenant is one of this case's, this one included.

    People are the same when last name, first name and birth date agree; two queries.
    """
    titular = (PersonPosition.TENANT, PersonPosition.CO_TENANT)
    persons = case.persons.filter(position__in=titular, birth_date__isnull=False)
    same = [
        Q(
            last_name__iexact=person.last_name,
            first_name__iexact=person.first_name,
            birth_date=person.birth_date,
        )
        for person in persons
    ]
    if not same:
        return [case.pk]
    found = Person.objects.filter(
        reduce(or_, same), organisation_id=case.organisation_id, position__in=titular
    ).values_list("case_id", flat=True)
    return sorted({case.pk, *found})


def history_of(case: TenantCase, *, excluding: AidRequest | None, arrears_on: date | None) -> History:
    """The history seen by a request of this case (`excluding` it); three queries.

    An aid paid before the arrears were counted has lowered them already: it isn't deducted twice.
    """
    terms = (
        RentTerm.objects.filter(case_id__in=household_case_ids(case), state__in=TERMS_HOLDING_MONTH)
        .exclude(request_id=excluding.pk if excluding else None)
        .select_related("request")
        .order_by("month", "id")
    )
    periods: dict[int, list[date]] = {}
    months, earlier = [], []
    for term in terms:
        if term.month:
            months.append(term.month)
        if term.case_id != case.pk:
            continue
        if term.month and term.request.purpose == Purpose.MAINTIEN:
            periods.setdefault(term.request_id, []).append(term.month)
        counted = bool(term.paid_on and arrears_on and term.paid_on <= arrears_on)
        if term.state != TermState.ASKED and not counted:
            earlier.append(PaidTerm(term.granted, POSITIONS[term.nature]))
    return History(tuple(map(tuple, periods.values())), tuple(months), tuple(earlier))


def renewable_aid(case: TenantCase) -> AidRequest | None:
    """The granted MAINTIEN of the case that no other request renews yet, None without one; one query."""
    return (
        AidRequest.objects.granted()
        .filter(case=case, purpose=Purpose.MAINTIEN, renewal_of=None, terms__state__in=TERMS_HOLDING_MONTH)
        .exclude(renewals__in=AidRequest.objects.exclude(state__in=["withdrawn", "rejected"]))
        .distinct()
        .first()
    )


def held_settlement(case_id: int, *, but: AidRequest | None = None) -> RentTerm | None:
    """The settlement another request of the case than `but` asks for or was granted, None while it is free;
    one query."""
    return (
        RentTerm.objects.filter(case_id=case_id, month=None, state__in=TERMS_HOLDING_MONTH)
        .exclude(request_id=but.pk if but else None)
        .select_related("request")
        .first()
    )


def second_settlement_text(held: RentTerm) -> str:
    """Why the case may not ask for another settlement."""
    return (
        _("L’aide au relogement est un seul règlement : la demande %s de ce dossier le porte déjà.")
        % held.request.reference
    )
