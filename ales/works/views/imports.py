"""Files brought in: chosen here, tried in the background, confirmed on the work's page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.documents.file_names import clean_file_name
from ales.errors import InvalidInputError, Refusal
from ales.http import acting, form_page, reading
from ales.spreadsheets import XLSX, xlsx_bytes
from ales.works import operations, tables
from ales.works.imports import Import, check_upload, imports_of, model_rows
from ales.works.notices import expect


@form_page
@acting
def index(request: HttpRequest) -> HttpResponse:
    """The kinds of files this person may bring in, each with its columns; a POST sends one."""
    kinds = imports_of(request.actor)
    if not kinds:
        raise PermissionDenied
    if request.method != "POST":
        return _show(request, kinds)
    kind = _named(kinds, request.POST.get("nature", ""))
    uploaded = request.FILES.get("fichier")
    try:
        if uploaded is None:
            raise InvalidInputError({"file": [_("Choisissez un fichier XLSX ou CSV.")]})
        check_upload(kind, request.actor, uploaded)
        work = operations.ask_import(
            actor=request.actor,
            kind=kind,
            uploaded=uploaded,
            file_name=clean_file_name(uploaded.name, ""),
            at=timezone.now(),
        )
    except Refusal as refusal:
        faults = refusal.faults if isinstance(refusal, InvalidInputError) else {"": [refusal.message]}
        messages = [text for texts in faults.values() for text in texts]
        return _show(request, kinds, kind, messages, status=422)
    expect(request)
    return redirect("works:detail", work.public_id)


def _show(
    request: HttpRequest,
    kinds: list[Import],
    wrong: Import | None = None,
    faults: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "kinds": [_kind_row(request, kind, faults if kind is wrong else []) for kind in kinds],
        "accept": tables.ACCEPT,
        "most": f"{tables.MOST_LINES:,}".replace(",", "\u202f"),
    }
    return render(request, "works/imports.html", context, status=status)


def _kind_row(request: HttpRequest, kind: Import, faults: list[str] | None) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title,
        "purpose": kind.purpose,
        "faults": faults,
        "columns": [
            {"heading": heading, "help": field.help_text, "required": field.required}
            for heading, field in kind.columns(request.actor).items()
        ],
    }


@reading
@acting
def model_file(request: HttpRequest) -> HttpResponse:
    """The file to fill in, with one example line."""
    kind = _named(imports_of(request.actor), request.GET.get("nature", ""))
    rows = list(model_rows(kind, request.actor))
    content = xlsx_bytes(rows, sheet=str(kind.title), widths=[24] * len(rows[0]), heading=0)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="modele-{kind.name}.xlsx"'
    return response


def _named(kinds: list[Import], name: str) -> Import:
    for kind in kinds:
        if kind.name == name:
            return kind
    raise Http404
