"""The access log of an organisation's files, for its manager (DOMAIN §14)."""

from datetime import datetime, time, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from ales import keyset
from ales.audit.models import AccessLog, AccessLogQuerySet
from ales.http import reading
from cases.forms.accesses import AccessFilters
from cases.models import TenantCase
from cases.personal_data.accesses import rows_of, subject_ids_of
from members.access import Actor, roles_required
from members.models import User
from members.roles import Role


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _people(organisation_id: int) -> list[tuple[str, str]]:
    """Everybody who has or had a habilitation in the organisation, by name."""
    found = User.objects.filter(memberships__organisation_id=organisation_id).distinct()
    return [(str(p.public_id), p.full_name) for p in found.order_by("last_name", "first_name", "id")]


def wanted_accesses(actor: Actor, params: QueryDict) -> tuple[AccessFilters, AccessLogQuerySet]:
    """The filters of an address, and the lines they show this manager."""
    form = AccessFilters(params, people=_people(actor.organisation_id))
    form.is_valid()
    return form, filtered(actor, form.cleaned_data)


def filtered(actor: Actor, wanted: dict) -> AccessLogQuerySet:
    """The lines the manager may read, by case, person and days; a case nobody knows gives none."""
    lines = AccessLog.objects.visible_to(actor)
    if reference := wanted.get("dossier"):
        case = TenantCase.objects.followed_by(actor).filter(reference=reference.strip().upper()).first()
        lines = lines.filter(subject_id__in=subject_ids_of(case)) if case else lines.none()
    if person := wanted.get("personne"):
        user = User.objects.filter(public_id=person).values_list("pk", flat=True).first()
        lines = lines.filter(user_id=user)
    if start := wanted.get("du"):
        lines = lines.filter(at__gte=_midnight(start))
    if end := wanted.get("au"):
        lines = lines.filter(at__lt=_midnight(end + timedelta(days=1)))
    return lines


@reading
@roles_required(Role.MANAGER)
def access_log(request: HttpRequest) -> HttpResponse:
    """Who opened which file, the latest first."""
    form, lines = wanted_accesses(request.actor, request.GET)
    page = keyset.page_of(lines, request.GET, ("at", "id"), descending=True)
    return render(
        request,
        "cases/access_log.html",
        {
            "form": form,
            "page": page,
            "rows": rows_of(page.rows),
            "is_filtered": any(form.cleaned_data.values()),
        },
    )
