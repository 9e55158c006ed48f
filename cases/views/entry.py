"""The entry of a case in steps: each is saved as it is typed, and nothing typed is lost."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales import conflicts
from ales.audit.log import record
from ales.audit.models import Action
from ales.errors import InvalidInputError, NotAllowedError, Refusal, StalePageError
from ales.http import form_page, reading, writing
from ales.templatetags.components import error_summary
from cases import entry, facts, operations, permissions
from cases.entry.typed import as_query, typed_text, with_a_row_more
from cases.models import StepDraft, TenantCase
from cases.rules import codes
from cases.views.indicators import indicator_context
from members.access import roles_required
from members.roles import Role

social_only = roles_required(Role.SOCIAL_WORKER, Role.MANAGER)


def load(request: HttpRequest, public_id) -> TenantCase:
    """The case with its whole file; 404 for a stranger. Opened by a share, it is marked in the timeline.

    Opening a page of it is logged (DOMAIN §14).
    """
    case = get_object_or_404(TenantCase.objects.visible_to(request.actor).with_file(), public_id=public_id)
    if not permissions.is_own(request.actor, case):
        operations.mark_reading(actor=request.actor, case=case, at=timezone.now())
    _log(request, case)
    return case


def load_own(request: HttpRequest, public_id) -> TenantCase:
    """The same of the actor's own organisation; 404 for whom it is shared with, too."""
    case = get_object_or_404(TenantCase.objects.followed_by(request.actor).with_file(), public_id=public_id)
    _log(request, case)
    return case


def _log(request: HttpRequest, case: TenantCase) -> None:
    if request.method == "GET":
        record(
            request,
            Action.VIEWED,
            subject_kind="case",
            subject_id=case.public_id,
            organisation_id=case.organisation_id,
        )


def _draft_of(request: HttpRequest, case: TenantCase, step: str) -> StepDraft | None:
    return StepDraft.objects.filter(case=case, step=step, user_id=request.actor.user_id).first()


def _step_class(slug: str) -> type[entry.StepForms]:
    try:
        return entry.STEPS[slug]
    except KeyError:
        raise Http404(slug) from None


@form_page
@social_only
def step(request: HttpRequest, public_id, slug: str) -> HttpResponse:
    """Show a step, with what this person typed and never saved; take it."""
    step_class, case = _step_class(slug), load(request, public_id)
    verdict = permissions.may_edit(request.actor, case)
    if not verdict:
        messages.warning(request, verdict.reason)
        return redirect("cases:detail", case.public_id)
    if request.method == "POST":
        return _take(request, step_class, case)
    draft = _draft_of(request, case, slug)
    shown = step_class(case, request.actor, as_query(draft.data) if draft else None)
    if draft:
        shown.is_valid()
    return _show(request, shown, draft=draft)


def _take(request: HttpRequest, step_class: type[entry.StepForms], case: TenantCase) -> HttpResponse:
    data, slug, at = request.POST, step_class.slug, timezone.now()
    filling = "remplir" in data and slug == "droits"
    if filling:
        data = entry.fill_entitlements(data, timezone.localdate(at))
    if conflicts.MARK in data:
        return _settle(request, step_class, case, at)
    if "ajouter" in data:
        return _with_a_row_more(request, step_class, case, at)
    typed = step_class(case, request.actor, data)
    if "recalculer" in data:
        draft = _keep(request, case, slug, data, at)
        typed.is_valid()
        return _show(request, typed, draft=draft)
    return _save(request, typed, at, stay=filling)


def _save(request: HttpRequest, typed: entry.StepForms, at: datetime, *, stay: bool = False) -> HttpResponse:
    """Save what was typed and go on; refused, show it again; somebody saved meanwhile, show both versions."""
    case, slug = typed.case, typed.slug
    if typed.is_valid():
        try:
            typed.save(at)
        except StalePageError:
            return _show_both(request, typed)
        except InvalidInputError as error:
            typed.add_faults(error.faults)
        except NotAllowedError as error:
            messages.error(request, error.message)
            return redirect("cases:list")
        else:
            messages.success(request, _("Étape enregistrée."))
            return redirect(_next_url(case, slug, stay=stay))
    _keep(request, case, slug, typed.data, at)
    return _show(request, typed, status=422)


def _show_both(request: HttpRequest, typed: entry.StepForms, *, asked: bool = False) -> HttpResponse:
    """Both versions of a step, side by side; what was typed is kept as this person's draft."""
    at = timezone.now()
    case = TenantCase.objects.visible_to(request.actor).with_file().get(pk=typed.case.pk)
    saved = type(typed)(case, request.actor)
    found = conflicts.differences(typed.entries(), saved.entries(), typed.data.get("shown", ""))
    by, saved_at = operations.last_save(case, typed.slug)
    if not found:
        operations.discard_draft(actor=request.actor, case_id=case.public_id, step=typed.slug)
        messages.info(request, _("%s a déjà enregistré la même saisie.") % (by or _("Quelqu’un")))
        return redirect(_next_url(case, typed.slug, stay=False))
    _keep(request, case, typed.slug, typed.data, at)
    data = typed.data.copy()
    data["version"] = str(operations.step_version(case, typed.slug))
    data["form_key"] = str(uuid.uuid4())
    return conflicts.page(
        request,
        conflicts.Conflict(found, by, saved_at),
        data=data,
        what=_("étape %s") % typed.label,
        lead=case.tenant_name,
        crumbs=[
            (_("Dossiers"), reverse("cases:list")),
            (case.reference, reverse("cases:detail", args=[case.public_id])),
            (typed.label, reverse("cases:step", args=[case.public_id, typed.slug])),
        ],
        leave_url=reverse("cases:detail", args=[case.public_id]),
        asked=asked,
    )


def _settle(
    request: HttpRequest, step_class: type[entry.StepForms], case: TenantCase, at: datetime
) -> HttpResponse:
    """Save what was chosen of the two versions; the choice is asked again until it is whole."""
    chosen, _data, left = conflicts.settle(
        request.POST, lambda data: step_class(case, request.actor, data), lambda step: step.entries()
    )
    return _show_both(request, chosen, asked=True) if left else _save(request, chosen, at)


def _with_a_row_more(
    request: HttpRequest, step_class: type[entry.StepForms], case: TenantCase, at: datetime
) -> HttpResponse:
    """What the button « Ajouter » does without JavaScript: nothing typed is judged yet."""
    data = with_a_row_more(request.POST, request.POST["ajouter"])
    draft = _keep(request, case, step_class.slug, data, at)
    typed = step_class(case, request.actor, data)
    typed.forgive()
    return _show(request, typed, draft=draft)


def _keep(request: HttpRequest, case: TenantCase, slug: str, data: QueryDict, at: datetime) -> StepDraft:
    return operations.save_draft(
        actor=request.actor, case_id=case.public_id, step=slug, data=typed_text(data), at=at
    )


def _next_url(case: TenantCase, slug: str, *, stay: bool) -> str:
    if stay:
        return reverse("cases:step", args=[case.public_id, slug])
    order = entry.MAIN_STEPS
    position = order.index("budget" if slug in operations.BUDGET_STEPS else slug)
    if slug == "budget-avant":
        return reverse("cases:step", args=[case.public_id, "budget"])
    if position + 1 < len(order):
        return reverse("cases:step", args=[case.public_id, order[position + 1]])
    return reverse("cases:summary", args=[case.public_id])


def _show(
    request: HttpRequest,
    shown: entry.StepForms,
    *,
    draft: StepDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    case, slug = shown.case, shown.slug
    main_slug = "budget" if slug in operations.BUDGET_STEPS else slug
    order = entry.MAIN_STEPS
    position = order.index(main_slug)
    context: dict[str, Any] = {
        "case": case,
        "step": shown,
        "steps": steps_of(case, main_slug),
        "entries": error_summary(*shown.all_forms)["entries"],
        "draft": draft,
        "previous_url": reverse("cases:step", args=[case.public_id, order[position - 1]]) if position else "",
        **shown.context(),
    }
    if isinstance(shown, entry.BudgetStep):
        context |= _budget_context(shown)
    return render(request, shown.template, context, status=status)


def _budget_context(shown: entry.BudgetStep) -> dict[str, Any]:
    case = shown.case
    tenancy = facts.tenancy_of(case)
    budgets, unreadable = shown.live_budgets()
    return indicator_context(budgets, unreadable=unreadable) | {
        "moments": [
            {
                "label": codes.label(moment),
                "url": reverse("cases:step", args=[case.public_id, slug]),
                "current": slug == shown.slug,
                "is_typed": facts.snapshot_of(case, moment) is not None,
            }
            for slug, moment in operations.BUDGET_STEPS.items()
        ],
        "housing_lines": list(facts.residual_rent_of(case)[1].inputs) if tenancy else [],
    }


def steps_of(case: TenantCase, current: str) -> list[dict[str, str]]:
    """The progress bar: a step is done once it was saved, in error when a point of it is missing."""
    missing = {fault.field for fault in facts.missing_points(case)}
    items = []
    for slug in entry.MAIN_STEPS:
        saved = slug in case.step_versions
        state = "current" if slug == current else "error" if saved and slug in missing else "done"
        if state == "done" and not saved and slug in missing:
            state = "todo"
        items.append(
            {
                "label": entry.STEPS[slug].label,
                "state": state,
                "url": reverse("cases:step", args=[case.public_id, slug]),
            }
        )
    state = "current" if current == entry.SUMMARY else "todo" if missing else "done"
    url = reverse("cases:summary", args=[case.public_id])
    return [*items, {"label": "Récapitulatif", "state": state, "url": url}]


@writing
@social_only
def autosave(request: HttpRequest, public_id, slug: str) -> HttpResponse:
    """Keep what is being typed; answers the time it was kept."""
    _step_class(slug)
    case = get_object_or_404(TenantCase.objects.visible_to(request.actor), public_id=public_id)
    return keep_typed(request, case, slug)


def keep_typed(request: HttpRequest, case: TenantCase, step_name: str) -> HttpResponse:
    """Save a draft under that step's name; 422 with the reason when the case can't be changed."""
    at = timezone.now()
    try:
        operations.save_draft(
            actor=request.actor,
            case_id=case.public_id,
            step=step_name,
            data=typed_text(request.POST),
            at=at,
        )
    except Refusal as error:
        return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        f"Enregistré à {timezone.localtime(at):%H:%M}", content_type="text/plain; charset=utf-8"
    )


@writing
@social_only
def discard(request: HttpRequest, public_id, slug: str) -> HttpResponse:
    """Forget the typed text and come back to what is saved."""
    _step_class(slug)
    case = get_object_or_404(TenantCase.objects.visible_to(request.actor), public_id=public_id)
    try:
        operations.discard_draft(actor=request.actor, case_id=case.public_id, step=slug)
    except Refusal as error:
        messages.error(request, error.message)
    else:
        messages.info(request, _("Saisie abandonnée : voici ce qui est enregistré."))
    return redirect("cases:step", case.public_id, slug)


@writing
@social_only
def live(request: HttpRequest, public_id, slug: str) -> HttpResponse:
    """The indicators of the budget being typed (htmx); writes nothing."""
    if slug not in operations.BUDGET_STEPS:
        raise Http404(slug)
    shown = entry.STEPS[slug](load(request, public_id), request.actor, request.POST)
    budgets, unreadable = shown.live_budgets()
    context = indicator_context(budgets, unreadable=unreadable)
    return render(request, "cases/parts/indicators.html", context)


@reading
@social_only
def summary(request: HttpRequest, public_id) -> HttpResponse:
    """What is missing, point by point, each with the step that mends it."""
    case = load(request, public_id)
    drafts = {
        draft.step: draft
        for draft in StepDraft.objects.filter(case=case, user_id=request.actor.user_id, step__in=entry.STEPS)
    }
    points = [
        {
            "message": fault.message,
            "step": entry.STEPS[fault.field].label,
            "url": reverse("cases:step", args=[case.public_id, fault.field]),
        }
        for fault in facts.missing_points(case)
    ]
    pending = [
        {
            "label": entry.STEPS[slug].label,
            "saved_at": draft.saved_at,
            "url": reverse("cases:step", args=[case.public_id, slug]),
        }
        for slug, draft in drafts.items()
    ]
    context = indicator_context(facts.budgets_of(case)) | {
        "case": case,
        "steps": steps_of(case, entry.SUMMARY),
        "points": points,
        "pending": pending,
        "previous_url": reverse("cases:step", args=[case.public_id, "droits"]),
    }
    return render(request, "cases/summary.html", context)
