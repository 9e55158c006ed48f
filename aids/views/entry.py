"""Entry of a request: purpose, months, amounts, proofs, with the figures computed while typing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import operations as ops
from aids import permissions
from aids.display import purpose_text
from aids.forms.terms import TermsForm
from aids.models import AidRequest
from aids.views.shared import find, page_version, refused
from ales.errors import InvalidInputError, NotAllowedError, Refusal
from ales.http import form_page, writing
from ales.money import format_percent
from cases.models import Tenancy
from members.access import roles_required
from members.roles import Role


def _form(request: HttpRequest, found: AidRequest, *, posted: bool) -> TermsForm:
    arrears_on = Tenancy.objects.filter(case_id=found.case_id).values_list("arrears_on", flat=True).first()
    data, files = (request.POST, request.FILES) if posted else (None, None)
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
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Les mois et les montants sont enregistrés."))
            return redirect("aids:detail", request_id)
    context = {
        "aid": found,
        "purpose": purpose_text(found),
        "form": form,
        "figures": _figures(request, found, form if posted else None),
    }
    return render(request, "aids/edit.html", context, status=422 if form.errors else 200)


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
