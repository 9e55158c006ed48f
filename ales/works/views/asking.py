"""What starts a work, confirms it, stops it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales import registry
from ales.errors import InvalidInputError, Refusal, StalePageError
from ales.forms import add_faults
from ales.http import acting, writing
from ales.lists.reading import shown_keys
from ales.works import bulk, exports, operations
from ales.works.bulk import Choice
from ales.works.notices import expect
from ales.works.views.pages import context_of, visible


@writing
@acting
def export(request: HttpRequest) -> HttpResponse:
    """Have a list written: `liste`, `format`, the list's address in `filtres`, the ticked rows in `o`, its
    columns as they are shown, or all of them with `colonnes`."""
    wanted = _kind(request, exports.PREFIX + request.POST.get("liste", ""))
    try:
        work = operations.ask_export(
            actor=request.actor,
            export=wanted,
            format=request.POST.get("format", ""),
            filters=QueryDict(request.POST.get("filtres", "")),
            ids=() if "tout" in request.POST else _ids(request),
            columns=_columns(request, wanted),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(wanted.url_name)
    expect(request)
    return redirect("works:detail", work.public_id)


@writing
@acting
def prepare(request: HttpRequest) -> HttpResponse:
    """Show what an action would do to the rows ticked, or to all that the filters show."""
    wanted = _kind(request, bulk.PREFIX + request.POST.get("action", ""))
    filters = request.POST.get("filtres", "")
    back = f"{reverse(wanted.url_name)}?{filters}"
    try:
        ids = () if "tout" in request.POST else _ids(request)
        if not ids and "tout" not in request.POST:
            raise InvalidInputError(_("Choisissez au moins une ligne de la liste."))
        work = operations.plan_bulk(
            actor=request.actor, bulk=wanted, choice=Choice(QueryDict(filters), ids), at=timezone.now()
        )
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect(back)
    expect(request)
    return redirect("works:detail", work.public_id)


@writing
@acting
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Do what the page showed."""
    work = visible(request, public_id)
    kind = registry.work_kinds.get(work.kind)
    answers: dict[str, str] = {}
    form = kind.form(request.POST, actor=request.actor) if hasattr(kind, "form") else None
    if form is not None:
        if not form.is_valid():
            return render(request, "works/detail.html", context_of(request, work, form), status=422)
        answers = {name: str(value) for name, value in form.cleaned_data.items()}
    try:
        operations.confirm(actor=request.actor, work_id=public_id, answers=answers, at=timezone.now())
    except InvalidInputError as refusal:
        add_faults(form, refusal)
        return render(request, "works/detail.html", context_of(request, work, form), status=422)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    expect(request)
    return redirect("works:detail", public_id)


@writing
@acting
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop it; what is done stays done."""
    visible(request, public_id)
    try:
        work = operations.cancel(actor=request.actor, work_id=public_id, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        if work.is_over:
            messages.success(request, _("Ce travail est annulé."))
        else:
            messages.success(request, _("Ce travail s’arrête : ce qui est fait reste fait."))
    return redirect("works:detail", public_id)


def _kind(request: HttpRequest, code: str):
    """The kind of work of that code if this capacity may ask for it; 404 otherwise."""
    kind = registry.work_kinds.get(code)
    if kind is None or request.actor is None or not kind.may_ask(request.actor):
        raise Http404
    return kind


def _columns(request: HttpRequest, export: exports.Export) -> list[str]:
    """Keys of the columns that the list shows this person; none stands for all that the file may hold."""
    if export.shape is None or "colonnes" in request.POST:
        return []
    return shown_keys(request.actor.user_id, export.shape)


def _ids(request: HttpRequest) -> tuple[UUID, ...]:
    """The rows ticked, each once. Raises StalePageError when one can't be read: fewer than were shown are
    never acted on."""
    try:
        return tuple({UUID(text): None for text in request.POST.getlist("o")})
    except ValueError as error:
        raise StalePageError from error
