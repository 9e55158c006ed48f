"""Who changed what in a case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from ales.history.reading import Source
from ales.http import reading
from cases.models import (
    BudgetLine,
    BudgetSnapshot,
    Employment,
    Entitlement,
    Household,
    Person,
    Protocol,
    Tenancy,
    TenantCase,
    Undertaking,
)
from cases.views.entry import social_only
from members.history import history_page

TRACKED = (
    TenantCase,
    Household,
    Person,
    Employment,
    Tenancy,
    BudgetSnapshot,
    BudgetLine,
    Entitlement,
    Protocol,
    Undertaking,
)


@reading
@social_only
def history(request: HttpRequest, public_id) -> HttpResponse:
    """The changes of every row of the case, the latest first; 404 for a stranger."""
    case = get_object_or_404(TenantCase.objects.followed_by(request.actor), public_id=public_id)
    return history_page(
        request,
        [Source(model, case.pk) for model in TRACKED],
        title=f"Modifications du dossier {case.reference}",
        back_url=reverse("cases:detail", args=[case.public_id]),
        back_label=case.reference,
    )
