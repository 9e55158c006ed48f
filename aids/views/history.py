"""Who changed what in a request."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from aids.models import AidRequest, FundAllocation, RentTerm
from aids.views.shared import find
from ales.history.reading import Source
from ales.http import reading
from members.access import roles_required
from members.history import history_page
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES

TRACKED = (AidRequest, RentTerm, FundAllocation)


@reading
@roles_required(*sorted(SOCIAL_ROLES | ASSOCIATION_ROLES))
def history(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The changes of the request, its terms and what they draw on; 404 for a stranger."""
    found = find(request, request_id)
    return history_page(
        request,
        [Source(model, found.pk) for model in TRACKED],
        title=f"Modifications de la demande {found.reference}",
        back_url=reverse("aids:detail", args=[found.public_id]),
        back_label=found.reference,
    )
