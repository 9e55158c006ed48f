"""Who changed what in an organisation, its habilitations, its bank details and its funds."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from ales.history.reading import Source
from ales.http import reading
from members.access import roles_required
from members.history import history_page
from members.models import BankDetails, Envelope, Fund, FundAlert, Membership, Organisation
from members.roles import Role
from members.views import bank_details as bank_pages
from members.views import funds as fund_pages


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER)
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """The changes of an organisation and of its people's habilitations."""
    found = get_object_or_404(Organisation.objects.visible_to(request.actor), public_id=organisation_id)
    return history_page(
        request,
        [Source(Membership, found.pk), Source(Organisation, found.pk)],
        title=f"Modifications : {found.name}",
        back_url=bank_pages.organisation_url(request.actor, found),
        back_label=found.name,
    )


@reading
@roles_required(*bank_pages.READERS)
def bank_details(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """The changes of a landlord's bank details."""
    landlord = bank_pages.find_landlord(request, organisation_id)
    return history_page(
        request,
        [Source(BankDetails, landlord.pk)],
        title="Modifications des coordonnées bancaires",
        back_url=reverse("members:bank_details", args=[landlord.public_id]),
        back_label=f"Coordonnées bancaires de {landlord.name}",
    )


@reading
@roles_required(*fund_pages.READERS)
def fund(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """The changes of a fund, its envelopes and its alert; its money has its own history, the ledger."""
    found = fund_pages.find_fund(request, fund_id)
    return history_page(
        request,
        [Source(Fund, found.pk), Source(Envelope, found.pk), Source(FundAlert, found.pk)],
        title=f"Modifications : {found}",
        back_url=reverse("members:fund", args=[found.public_id]),
        back_label=str(found),
    )
