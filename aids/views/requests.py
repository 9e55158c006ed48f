"""Pages of one request: its file, its entry, its life before and after the decision."""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from aids import operations as ops
from aids import permissions, threads
from aids.display import purpose_text, signature_rows, state_of, term_rows, timeline_rows, told_states
from aids.forms.decisions import AnswersForm, ReasonForm
from aids.models import AidRequest, RentTerm
from aids.models.request import Purpose
from aids.pictures import aid_picture, receipts_of, request_way, term_ways
from aids.readiness import missing_points
from aids.states import EDITABLE, GRANTED, RequestState
from aids.views.shared import find, log_access, page_version, refused
from ales import registry
from ales.documents.links import file_of_job
from ales.documents.models import ProductionJob
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, reading, writing
from ales.pictures import Picture
from ales.verdict import Verdict
from ales.verdict import refused as verdict_refused
from cases import protocols
from cases.models import Protocol, TenantCase
from cases.models.protocol import ProtocolState
from members.access import roles_required
from members.roles import Role

SOCIAL = (Role.SOCIAL_WORKER, Role.MANAGER)

PROTOCOL_TONES = {
    ProtocolState.DRAFT: "neutral",
    ProtocolState.ISSUED: "warning",
    ProtocolState.SIGNED: "success",
    ProtocolState.REPLACED: "neutral",
}


@writing
@roles_required(*SOCIAL)
def create(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A new draft of this case, or the renewal of its aid; then its entry."""
    case = get_object_or_404(TenantCase.objects.visible_to(request.actor), public_id=case_id)
    purpose = request.POST.get("purpose", Purpose.MAINTIEN)
    renewed = request.POST.get("renewal_of", "")
    try:
        created = ops.create_request(
            actor=request.actor,
            case_id=case.public_id,
            purpose=purpose if purpose in Purpose.values else Purpose.MAINTIEN,
            renewal_of=UUID(renewed) if _is_uuid(renewed) else None,
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("cases:detail", case.public_id)
    return redirect("aids:edit", created.public_id)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@reading
@roles_required(*SOCIAL, Role.ASSOCIATION_ADMIN, Role.TREASURER)
def detail(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The request; the association's staff reads it without the social file (DOMAIN §3)."""
    found = find(request, request_id)
    log_access(request, found)
    terms = list(found.terms.select_related("proof"))
    rows = term_rows(terms, told_states(request.actor, found))
    common = {
        "aid": found,
        "state": state_of(found),
        "purpose": purpose_text(found),
        "terms": rows,
        "panels": registry.aid_panels_for(request, found),
    }
    events = found.events.select_related("by").order_by("-at", "-id")
    if request.actor.is_association:
        context = common | {
            "timeline": _timeline(request, found, timeline_rows(events, social=False)),
            "picture": _picture(request, found, terms, rows),
            "may_reopen": permissions.may_reopen(request.actor, found),
            "is_rejected": found.state == RequestState.REJECTED,
        }
        return render(request, "aids/detail_association.html", context)
    versions = protocols.versions(found.public_id)
    signed_on = max((one.signed_on for one in versions if one.signed_on), default=None)
    context = common | {"picture": _picture(request, found, terms, rows, signed_on)}
    return render(request, "aids/detail.html", context | _social_context(request, found, events, versions))


def _picture(
    request: HttpRequest,
    found: AidRequest,
    terms: list[RentTerm],
    rows: list[dict],
    signed_on: date | None = None,
) -> Picture | None:
    """The way of the aid once it was asked for; the agreement is of the social file."""
    if not found.first_submitted_at:
        return None
    states = {term.pk: row["state"] for term, row in zip(terms, rows, strict=True)}
    way = request_way(found, state_of(found)["label"], signed_on=signed_on)
    return aid_picture([way, *term_ways(terms, states, receipts_of(request.actor, found))])


def _timeline(
    request: HttpRequest, found: AidRequest, events: list[dict], jobs: Iterable[ProductionJob] = ()
) -> list[dict]:
    """Events, messages and documents of the request, the latest first."""
    documents = [
        {"at": job.created_at, "what": job.title, "who": "", "tone": "neutral", "icon": "document-text"}
        for job in jobs
    ]
    merged = [*events, *threads.aid_events(request, found), *documents]
    return sorted(merged, key=lambda event: _moment(event["at"]), reverse=True)


def _moment(at: datetime | date) -> datetime:
    """A day counts from its beginning: an agreement is signed before the request is submitted."""
    return at if isinstance(at, datetime) else timezone.make_aware(datetime.combine(at, time.min))


def _social_context(request: HttpRequest, found: AidRequest, events, versions: list[Protocol]) -> dict:
    actor, now = request.actor, timezone.now()
    case = TenantCase.objects.visible_to(actor).with_file().get(pk=found.case_id)
    editable = found.state in EDITABLE
    missing = missing_points(found, case, now) if editable else []
    protocol = next((one for one in versions if one.state != ProtocolState.REPLACED), None)
    told = timeline_rows(events, social=True) + signature_rows(versions)
    jobs = (
        ProductionJob.objects.filter(subject_kind="aid_request", subject_id=found.public_id)
        .select_related("document")
        .order_by("-created_at")
    )
    return {
        "case": case,
        "computation": getattr(found, "computation", None),
        "protocol": protocol,
        "protocol_tone": PROTOCOL_TONES[protocol.state] if protocol else "",
        "letters": [file_of_job(job) for job in jobs],
        "missing": missing,
        "points": list(found.points.select_related("raised_by", "answered_by")),
        "timeline": _timeline(request, found, told, jobs),
        "editable": editable,
        "is_returned": found.state == RequestState.RETURNED,
        "is_waiting": found.state == RequestState.SUBMITTED,
        "is_granted": found.state in GRANTED,
        "may_edit": permissions.may_edit(actor, found),
        "may_submit": _may_submit(permissions.may_submit(actor, found), len(missing)),
        "may_withdraw": permissions.may_withdraw(actor, found),
        "may_decide": permissions.may_validate(actor, found),
        "may_stop": permissions.may_stop(actor, found),
    }


def _may_submit(verdict: Verdict, missing: int) -> Verdict:
    if verdict and missing:
        if missing == 1:
            return verdict_refused(_("Pas encore : un point manque, indiqué sur cette page."))
        return verdict_refused(_("Pas encore : %s points manquent, listés sur cette page.") % missing)
    return verdict


@writing
@roles_required(*SOCIAL)
def prepare_protocol(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand the terms to the protocol, then open it."""
    found = find(request, request_id)
    try:
        ops.prepare_protocol(
            actor=request.actor, request_id=request_id, version=page_version(request), at=timezone.now()
        )
    except Refusal as refusal:
        return refused(request, refusal, "aids:detail", request_id)
    return redirect("cases:protocol", found.case.public_id, request_id)


@writing
@roles_required(*SOCIAL)
def submit(request: HttpRequest, request_id: UUID) -> HttpResponse:
    find(request, request_id)
    try:
        ops.submit(
            actor=request.actor, request_id=request_id, version=page_version(request), at=timezone.now()
        )
    except Refusal as refusal:
        return refused(request, refusal, "aids:detail", request_id)
    messages.success(request, _("La demande est soumise : le responsable social en est averti."))
    return redirect("aids:detail", request_id)


@form_page
@roles_required(*SOCIAL)
def points(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Answer a send-back point by point."""
    found = find(request, request_id)
    form = AnswersForm(request.POST or None, request=found)
    if request.method == "POST" and form.is_valid():
        try:
            ops.answer_points(
                actor=request.actor,
                request_id=request_id,
                version=page_version(request),
                answers=form.answers(),
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            form.add_error(None, refusal.message)
        except Refusal as refusal:
            return refused(request, refusal, "aids:detail", request_id)
        else:
            messages.success(request, _("Vos réponses sont enregistrées."))
            return redirect("aids:detail", request_id)
    context = {"aid": found, "form": form, "may_answer": permissions.may_answer(request.actor, found)}
    return render(request, "aids/points.html", context, status=422 if form.errors else 200)


def _reason_page(
    request: HttpRequest, request_id: UUID, *, operation, verdict, label: str, page: dict, done: str
) -> HttpResponse:
    """A page that asks for a reason before a step that can't be taken back."""
    found = find(request, request_id)
    allowed = verdict(request.actor, found)
    form = ReasonForm(request.POST or None, label=label, help_text=page.get("help", ""))
    if request.method == "POST" and form.is_valid():
        try:
            operation(
                actor=request.actor,
                request_id=request_id,
                version=page_version(request),
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except InvalidInputError as refusal:
            for name, texts in refusal.faults.items():
                form.add_error(name if name in form.fields else None, texts)
        except Refusal as refusal:
            return refused(request, refusal, "aids:detail", request_id)
        else:
            messages.success(request, done)
            return redirect("aids:detail", request_id)
    context = {"aid": found, "form": form, "verdict": allowed, "page": page}
    return render(request, "aids/reason.html", context, status=422 if form.errors else 200)


@form_page
@roles_required(*SOCIAL)
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _reason_page(
        request,
        request_id,
        operation=ops.withdraw,
        verdict=permissions.may_withdraw,
        label=_("Pourquoi la demande est-elle retirée ?"),
        page={
            "title": _("Retirer la demande"),
            "text": _("La demande ne sera pas décidée et ses mois redeviennent libres. C’est définitif."),
            "button": _("Retirer la demande"),
        },
        done=_("La demande est retirée."),
    )


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def reopen(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _reason_page(
        request,
        request_id,
        operation=ops.reopen,
        verdict=permissions.may_reopen,
        label=_("Pourquoi la demande est-elle rouverte ?"),
        page={
            "title": _("Rouvrir la demande"),
            "text": _(
                "La demande revient chez le responsable social de l’organisme, qui la décide de nouveau."
            ),
            "button": _("Rouvrir la demande"),
        },
        done=_("La demande est rouverte : elle attend une nouvelle décision."),
    )
