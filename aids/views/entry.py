"""Entry of a request: purpose, months, amounts, proofs, with the figures computed while typing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import operations as ops
from aids import permissions
from aids.display import purpose_text
from aids.forms.terms import TermsForm
from aids.models import AidRequest
from aids.views.shared import find, page_version, refused
from ales import conflicts
from ales.errors import InvalidInputError, NotAllowedError, Refusal, StalePageError
from ales.http import form_page, writing
from ales.money import format_percent
from cases.models import Tenancy
from members.access import roles_required
from members.roles import Role


def _form(request: HttpRequest, found: AidRequest, *, posted: bool) -> TermsForm:
    return _bound(found, *(request.POST, request.FILES) if posted else (None, None))


def _bound(found: AidRequest, data: QueryDict | None, files: MultiValueDict | None) -> TermsForm:
    arrears_on = Tenancy.objects.filter(case_id=found.case_id).values_list("arrears_on", flat=True).first()
    return TermsForm(data, files, request=found, today=localdate(), arrears_on=arrears_on)


@form_page
@roles_required(Role.SOCIAL_WORKER, Role.MANAGER)
def edit(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The entry page. A refused input comes back as it was typed."""
    found = find(request, request_id)
    allowed = permissions.may_edit(request.actor, found)
    if not allowed:
        return refused(request, NotAllowedError(allowed.reason), "aids:detail", request_id)
    posted = request.method == "POST"
    form = _form(request, found, posted=posted)
    if posted and conflicts.MARK in request.POST:
        form, _data, left = conflicts.settle(
            request.POST,
            lambda data: _bound(found, data, None if data is None else request.FILES),
            TermsForm.entries,
        )
        if left:
            return _show_both(request, form, asked=True)
    if posted and form.is_valid():
        try:
            ops.save_terms(
                actor=request.actor,
                request_id=request_id,
                version=page_version(request),
                purpose=form.cleaned_data["purpose"],
                terms=form.inputs(),
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            form.add_faults(refusal.faults)
        except StalePageError as refusal:
            return _after_another(request, found, form, refusal)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Les mois et les montants sont enregistrés."))
            return redirect("aids:detail", request_id)
    context = {
        "aid": found,
        # Of the page as it was loaded: a refused input never passes for a page loaded again.
        "page_version": form.data.get("version", conflicts.NO_VERSION) if posted else found.version,
        "shown": form.data.get("shown", "") if posted else conflicts.fingerprint(form.entries()),
        "purpose": purpose_text(found),
        "form": form,
        "figures": _figures(request, found, form if posted else None),
    }
    return render(request, "aids/edit.html", context, status=422 if form.errors else 200)


def _after_another(
    request: HttpRequest, found: AidRequest, form: TermsForm, refusal: StalePageError
) -> HttpResponse:
    """The request changed since its page: both versions when the terms differ, else what to do about it."""
    now = find(request, found.public_id)
    if not permissions.may_edit(request.actor, now):
        return refused(request, refusal, "aids:detail", found.public_id)
    return _show_both(request, form)


def _show_both(request: HttpRequest, form: TermsForm, *, asked: bool = False) -> HttpResponse:
    """The two versions of the terms, side by side."""
    now = find(request, form.request.public_id)
    saved = _form(request, now, posted=False)
    differing = conflicts.differences(form.entries(), saved.entries(), form.data.get("shown", ""))
    files = ", ".join(file.name for file in request.FILES.values())
    if not differing:
        return _nothing_to_choose(request, now, files)
    data = conflicts.typed(form.data)
    data["version"] = str(now.version)
    last = now.events.select_related("by").order_by("-at", "-id").first()
    detail = reverse("aids:detail", args=[now.public_id])
    return conflicts.page(
        request,
        conflicts.Conflict(differing, last.by.full_name if last else "", last.at if last else None),
        data=data,
        what=_("mois et montants"),
        lead=f"{now.tenant_name} · {now.reference}",
        crumbs=[
            (_("Demandes d’aide"), reverse("aids:list")),
            (now.reference, detail),
            (_("Mois et montants"), reverse("aids:edit", args=[now.public_id])),
        ],
        leave_url=detail,
        note=_files_again(files),
        asked=asked,
    )


def _nothing_to_choose(request: HttpRequest, aid: AidRequest, files: str) -> HttpResponse:
    """The request moved on, its terms are those typed: only files may be left to join."""
    if files:
        messages.warning(request, _files_again(files))
        return redirect("aids:edit", aid.public_id)
    messages.info(
        request, _("La demande a changé entre-temps ; ses mois et montants sont ceux de votre saisie.")
    )
    return redirect("aids:detail", aid.public_id)


def _files_again(files: str) -> str:
    """A browser never hands the same file over twice by itself: the person is told."""
    return _("Ces fichiers ne sont pas enregistrés, joignez-les de nouveau : %s.") % files if files else ""


@writing
@roles_required(Role.SOCIAL_WORKER, Role.MANAGER)
def preview(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The figures of what is being typed; nothing is saved."""
    found = find(request, request_id)
    form = _form(request, found, posted=True)
    return render(request, "aids/_figures.html", {"figures": _figures(request, found, form)})


def _figures(request: HttpRequest, found: AidRequest, form: TermsForm | None) -> dict:
    """What the computation says of the typed terms, or of the stored ones without a form."""
    if form is None:
        terms = [ops.TermInput(term.month, term.asked, term.nature) for term in found.terms.all()]
        purpose = found.purpose
    else:
        form.is_valid()
        terms, purpose = form.inputs(), form.cleaned_data.get("purpose") or found.purpose
    if not terms:
        return {"empty": True}
    try:
        calculation = ops.preview(
            actor=request.actor, request=found, purpose=purpose, terms=terms, at=timezone.now()
        )
    except InvalidInputError as refusal:
        return {"refusal": refusal.message}
    computed = calculation.computation
    return {
        "total": computed.total.text,
        "ceiling": computed.ceiling.text,
        "rate": format_percent(computed.rate * 100) if computed.rate is not None else "",
        "residual_rent": computed.residual_rent.text,
        "plan": computed.remaining_plan.text,
        "explanation": computed.explanation,
        "faults": [fault.message for fault in calculation.faults],
        "is_settlement": computed.rate is None,
    }
