"""Who changed what in a request, and in a version of the scale."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from aids.models import AidRequest, FundAllocation, RentTerm, Scale, ScaleBand
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


@reading
@roles_required(*sorted(ASSOCIATION_ROLES))
def scale_history(request: HttpRequest, scale_id: UUID) -> HttpResponse:
    """The changes of a version of the scale and of its bands, its publication among them."""
    scale = get_object_or_404(Scale, public_id=scale_id)
    return history_page(
        request,
        [Source(model, scale.pk) for model in (Scale, ScaleBand)],
        title=f"Modifications du barème « {scale.name} »",
        back_url=reverse("aids:scale", args=[scale.public_id]),
        back_label=scale.name,
    )
