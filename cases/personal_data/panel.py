"""The block of a case's page that says who opened it lately."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ales.audit.models import AccessLog
from ales.registry import Panel
from cases.models import TenantCase
from cases.personal_data.accesses import rows_of, subject_ids_of

LATEST = 5


def access_panel(request: HttpRequest, case: TenantCase) -> list[Panel]:
    """Where the rights of the person are seen to; for the manager, who opened this file last."""
    if request.actor.organisation_id != case.organisation_id:
        return []
    context = {
        "case": case,
        "personal_data_url": reverse("cases:personal_data", args=[case.public_id]),
        "rows": [],
        "url": "",
    }
    title = _("Données personnelles")
    if request.actor.is_manager:
        title = _("Données personnelles : qui a ouvert ce dossier")
        lines = AccessLog.objects.visible_to(request.actor).filter(subject_id__in=subject_ids_of(case))
        context["rows"] = rows_of(list(lines.order_by("-at", "-id")[:LATEST]))
        context["url"] = reverse("privacy:access_log") + f"?dossier={case.reference}"
    return [Panel(title, "cases/parts/accesses.html", context, order=90)]
