"""« Données personnelles » : how long a file is kept, and the rights of the person (DOMAIN §14)."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.audit.log import record
from ales.audit.models import Action
from ales.documents.links import file_of_job
from ales.documents.models import ProductionJob
from ales.errors import InvalidInputError, Refusal, require
from ales.http import form_page, reading, writing
from cases.forms.personal_data import CorrectionForm, ErasureForm, LimitForm
from cases.models import TenantCase
from cases.models.data_request import RequestKind
from cases.personal_data import export, keeping, operations, permissions
from cases.personal_data.operations import log
from cases.views.entry import load_own as load
from cases.views.entry import social_only


@reading
@social_only
def page(request: HttpRequest, public_id) -> HttpResponse:
    """The plan of the file, what was asked and done, and what may be asked."""
    return _show(request, load(request, public_id))


def _show(request: HttpRequest, case: TenantCase, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor, duties = request.actor, keeping.duties_of(case)
    jobs = (
        ProductionJob.objects.visible_to(actor)
        .about("case", case.public_id)
        .filter(kind__in=(export.PDF, export.JSON))
        .select_related("document")
    )
    context = {
        "case": case,
        "plan": keeping.plan_of(case),
        "requests": case.data_requests.select_related("by").order_by("-at", "-id"),
        "files": [file_of_job(job) for job in jobs[:6]] if not case.anonymised_on else [],
        "may_export": permissions.may_export(actor, case),
        "may_correct": permissions.may_correct(actor, case),
        "may_limit": permissions.may_limit(actor, case),
        "may_release": permissions.may_release(actor, case),
        "may_erase": permissions.may_erase(actor, case, duties=duties),
        "correction_form": forms.get("correction_form") or CorrectionForm(),
        "limit_form": forms.get("limit_form") or LimitForm(),
    }
    return render(request, "cases/personal_data.html", context, status=status)


@writing
@social_only
@transaction.atomic
def export_file(request: HttpRequest, public_id) -> HttpResponse:
    """Ask for the two files of the export; they appear on the page when they are ready."""
    case, at = load(request, public_id), timezone.now()
    try:
        require(permissions.may_export(request.actor, case))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("cases:personal_data", case.public_id)
    record(
        request,
        Action.EXPORTED,
        subject_kind="case",
        subject_id=case.public_id,
        organisation_id=case.organisation_id,
    )
    asked = log(case, request.actor, RequestKind.ACCESS, at)
    export.wanted(case, request.actor, asked.public_id, at)
    messages.success(request, _("L’export se prépare : les deux fichiers apparaissent ci-dessous."))
    return redirect("cases:personal_data", case.public_id)


@writing
@social_only
def correct(request: HttpRequest, public_id) -> HttpResponse:
    """Write down a request of correction, then open the first step of the entry."""
    case, form = load(request, public_id), CorrectionForm(request.POST)
    if form.is_valid():
        try:
            operations.record_correction(
                actor=request.actor, case_id=case.public_id, note=form.cleaned_data["note"], at=timezone.now()
            )
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Demande notée : corrigez le dossier dans ses étapes."))
            return redirect("cases:personal_data", case.public_id)
    return _show(request, case, correction_form=form, status=422)


@writing
@social_only
def limit(request: HttpRequest, public_id) -> HttpResponse:
    """Freeze the file."""
    case, form = load(request, public_id), LimitForm(request.POST)
    if form.is_valid():
        try:
            operations.limit(
                actor=request.actor, case_id=case.public_id, at=timezone.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Dossier gelé : il se lit, il ne se modifie ni ne s’efface plus."))
            return redirect("cases:personal_data", case.public_id)
    return _show(request, case, limit_form=form, status=422)


@writing
@social_only
def release(request: HttpRequest, public_id) -> HttpResponse:
    """Lift the freeze."""
    case = load(request, public_id)
    try:
        operations.release(actor=request.actor, case_id=case.public_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Limitation levée : le dossier se modifie de nouveau."))
    return redirect("cases:personal_data", case.public_id)


@form_page
@social_only
def erase(request: HttpRequest, public_id) -> HttpResponse:
    """What goes, what stays and why; then, the reference typed once more, it is done for good."""
    case = load(request, public_id)
    verdict = permissions.may_erase(request.actor, case, duties=keeping.duties_of(case))
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect("cases:personal_data", case.public_id)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.erase(
                actor=request.actor,
                case_id=case.public_id,
                typed_reference=form.cleaned_data["reference"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Dossier anonymisé."))
            return redirect("cases:personal_data", case.public_id)
    context = {"case": case, "form": form, "plan": keeping.plan_of(case)}
    return render(request, "cases/erase.html", context, status=422 if form.errors else 200)


def _refuse(form: Any, refusal: Refusal) -> None:
    faults = refusal.faults if isinstance(refusal, InvalidInputError) else {"": [refusal.message]}
    for name, texts in faults.items():
        form.add_error(name if name in form.fields else None, texts)
