"""Scales: versions, drafts, publication, and the simulator."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import operations as ops
from aids.forms.scales import PublishForm, ScaleForm, SimulatorForm
from aids.models import Scale
from aids.models.scale import ScaleState
from aids.rules.ceiling import monthly_ceiling
from aids.rules.scale import ScaleError
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, reading
from ales.money import format_percent
from cases.rules.budget import Housing, residual_rent
from members.access import roles_required
from members.roles import Role


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER)
def index(request: HttpRequest) -> HttpResponse:
    """Every version, the one in force marked."""
    in_force = Scale.objects.in_force(localdate())
    scales = Scale.objects.prefetch_related("bands").order_by("state", "-in_force_from", "-created_at")
    context = {
        "scales": [
            {"scale": scale, "is_in_force": in_force is not None and scale.pk == in_force.pk}
            | _status(scale, in_force)
            for scale in scales
        ],
        "may_write": request.actor.is_admin,
    }
    return render(request, "aids/scales.html", context)


def _status(scale: Scale, in_force: Scale | None) -> dict[str, str]:
    if scale.state == ScaleState.DRAFT:
        return {"label": _("projet"), "tone": "neutral"}
    if in_force is not None and scale.pk == in_force.pk:
        return {"label": _("en vigueur"), "tone": "success"}
    if scale.in_force_from > localdate():
        return {"label": _("à venir"), "tone": "info"}
    return {"label": _("remplacé"), "tone": "neutral"}


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def create(request: HttpRequest) -> HttpResponse:
    """A new draft, started from the version in force."""
    return _edit(request, None)


@form_page
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER)
def detail(request: HttpRequest, scale_id: UUID) -> HttpResponse:
    """A published version to read and try; a draft to change."""
    scale = get_object_or_404(Scale.objects.prefetch_related("bands"), public_id=scale_id)
    if scale.state == ScaleState.DRAFT and request.actor.is_admin:
        return _edit(request, scale)
    context = {"scale": scale, **_status(scale, Scale.objects.in_force(localdate()))}
    return render(request, "aids/scale.html", context | _simulation(request, scale))


def _edit(request: HttpRequest, scale: Scale | None) -> HttpResponse:
    model = scale or Scale.objects.in_force(localdate())
    form = ScaleForm(request.POST or None, scale=model)
    if request.method == "POST" and form.is_valid():
        try:
            if scale is None:
                saved = ops.create_scale(actor=request.actor, scale=form.scale_input(), at=timezone.now())
            else:
                saved = ops.save_scale(
                    actor=request.actor, scale_id=scale.public_id, scale=form.scale_input()
                )
        except InvalidInputError as refusal:
            form.add_faults(refusal.faults)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("aids:scales")
        else:
            messages.success(request, _("Le projet de barème est enregistré."))
            return redirect("aids:scale", saved.public_id)
    context = {"scale": scale, "form": form}
    if scale is not None:
        context |= _simulation(request, scale)
    return render(request, "aids/scale_edit.html", context, status=422 if form.errors else 200)


def _simulation(request: HttpRequest, scale: Scale) -> dict:
    """The ceiling of a typed residual rent under this scale, with its explanation."""
    form = SimulatorForm(request.GET if "residual_rent" in request.GET else None)
    result = None
    if form.is_bound and form.is_valid():
        try:
            rule = scale.as_rule()
        except ScaleError as error:
            form.add_error(None, [fault.message for fault in error.faults])
        else:
            residual = residual_rent(Housing(rent=form.cleaned_data["residual_rent"]))
            ceiling = monthly_ceiling(residual, rule)
            result = {
                "rate": format_percent(rule.rate_for(residual.value) * 100),
                "ceiling": ceiling.text,
                "explanation": ceiling.explanation,
            }
    return {"simulator": form, "result": result, "bands": _band_rows(scale)}


def _band_rows(scale: Scale) -> tuple[tuple[str, str], ...]:
    """The bands as people read them; none while a draft's figures don't hold."""
    try:
        return scale.as_rule().rows()
    except ScaleError:
        return ()


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def publish(request: HttpRequest, scale_id: UUID) -> HttpResponse:
    """Confirm the date from which a draft applies: it can't be changed afterwards."""
    scale = get_object_or_404(
        Scale.objects.prefetch_related("bands"), public_id=scale_id, state=ScaleState.DRAFT
    )
    form = PublishForm(request.POST or None, initial={"in_force_from": localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            ops.publish_scale(
                actor=request.actor,
                scale_id=scale_id,
                in_force_from=form.cleaned_data["in_force_from"],
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            for name, texts in refusal.faults.items():
                form.add_error(name if name in form.fields else None, texts)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("aids:scales")
        else:
            messages.success(request, _("Le barème est publié."))
            return redirect("aids:scale", scale_id)
    context = {"scale": scale, "form": form, "bands": _band_rows(scale)}
    return render(request, "aids/scale_publish.html", context, status=422 if form.errors else 200)
