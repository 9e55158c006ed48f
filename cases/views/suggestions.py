"""What a field proposes while one types: options of its datalist (htmx). Typing on without them works too."""

from django.db.models import Count, F, Func
from django.http import HttpRequest, HttpResponse

from ales.http import reading
from ales.suggestions import options, typed_in
from ales.text import fold
from cases.forms.landlord import landlord_labels
from cases.models import Employment
from cases.views.entry import social_only
from members.models import Organisation

#: Enough to choose from, and few enough to read; nothing is proposed under two signs.
MOST, LEAST_TYPED = 12, 2


@reading
@social_only
def landlords(request: HttpRequest) -> HttpResponse:
    """Landlords the actor's organisation may choose, whose name holds every word typed."""
    typed = fold(typed_in(request))
    if len(typed) < LEAST_TYPED:
        return options(request, [])
    found = list(Organisation.objects.landlords_for(request.actor.organisation_id).matching(typed)[:MOST])
    towns = [landlord.town for landlord in found]
    return options(request, list(zip(landlord_labels(found), towns, strict=True)))


@reading
@social_only
def employers(request: HttpRequest) -> HttpResponse:
    """Employers the actor's organisation has already written in its cases, the most frequent first."""
    typed = fold(typed_in(request))
    if len(typed) < LEAST_TYPED:
        return options(request, [])
    found = (
        Employment.objects.filter(organisation_id=request.actor.organisation_id)
        .annotate(folded=Func(F("employer_name"), function="search_fold"))
        .filter(folded__contains=typed)
        .values_list("employer_name")
        .annotate(times=Count("id"))
        .order_by("-times", "employer_name")[:MOST]
    )
    return options(request, [(name, "") for name, _times in found])
