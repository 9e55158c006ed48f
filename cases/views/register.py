"""The register of processing (GDPR art. 30), written from the tables' own declarations (DOMAIN §14)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ales.http import reading
from cases.personal_data.register import entries
from members.access import roles_required
from members.roles import Role


@reading
@roles_required(Role.ASSOCIATION_ADMIN)
def processing_register(request: HttpRequest) -> HttpResponse:
    """Why each datum is kept, who reads it, for how long; made to be printed."""
    return render(request, "cases/register.html", {"entries": entries()})
