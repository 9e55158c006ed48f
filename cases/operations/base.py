"""What every operation on a case does: lock it, check the page is fresh, record what happened."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from ales.errors import NotAllowedError, StalePageError
from ales.search.needles import phone_figures
from ales.text import fold
from cases import facts, permissions
from cases.models import CaseEvent, StepDraft, TenantCase
from members.access import Actor
from members.models import User

STALE = (
    "Quelqu’un a enregistré cette étape entre-temps. Votre saisie est conservée : "
    "choisissez ce qui doit rester de chaque version."
)


def day_of(at: datetime) -> date:
    """The day it is, in France, at that moment."""
    return timezone.localtime(at).date()


def lock(actor: Actor, case_id: UUID) -> TenantCase:
    """The case, locked until the transaction ends. First lock of every operation (DESIGN §2.3).

    Raises NotAllowedError when the actor may not see it: a stranger's case and none look the same.
    """
    case = (
        TenantCase.objects.visible_to(actor)
        .select_for_update(of=("self",), no_key=True)
        .filter(public_id=case_id)
        .first()
    )
    if case is None:
        if TenantCase.objects.shared_with(actor).filter(public_id=case_id).exists():
            raise NotAllowedError(permissions.READ_ONLY)
        raise NotAllowedError("Ce dossier n’existe pas ou n’est pas suivi par votre organisme.")
    return case


def step_version(case: TenantCase, step: str) -> int:
    """How many times this step was saved: what its page sends back."""
    return case.step_versions.get(step, 0)


def last_save(case: TenantCase, step: str) -> tuple[str, datetime | None]:
    """Name of who saved this step last, and when; ("", None) when nobody did. One query."""
    saved = case.step_saves.get(step)
    if not saved:
        return "", None
    person = User.objects.filter(pk=saved["by_id"]).first()
    return person.full_name if person else "", datetime.fromisoformat(saved["at"])


def is_repeated(case: TenantCase, form_key: UUID | None) -> bool:
    """The very form saved last, sent a second time: nothing is left to do."""
    return form_key is not None and form_key == case.last_form_key


def check_step(case: TenantCase, step: str, version: int | None) -> None:
    """Raise StalePageError when the step was saved since its page was loaded. None checks nothing."""
    if version is not None and version != step_version(case, step):
        raise StalePageError(STALE)


def check_case(case: TenantCase, version: int | None) -> None:
    """Raise StalePageError when the case was changed since its page was loaded."""
    if version is not None and version != case.version:
        raise StalePageError()


def touch(case: TenantCase, at: datetime) -> None:
    """Mark the case as changed at `at`; the caller saves it."""
    case.version += 1
    case.updated_at = at


def record(case: TenantCase, actor: Actor, at: datetime, kind: str, text: str) -> CaseEvent:
    """A line of the case's timeline; it names the organisation of somebody the case is shared with."""
    if actor.organisation_id != case.organisation_id:
        text = f"{text} ({actor.organisation_name}, dossier partagé)"
    return CaseEvent.objects.create(
        case=case,
        organisation_id=case.organisation_id,
        kind=kind,
        text=text,
        at=at,
        by_id=actor.user_id,
        capacity=actor.role,
    )


def finish_step(
    case: TenantCase, actor: Actor, step: str, at: datetime, form_key: UUID | None = None
) -> None:
    """After a step's rows are written: raise the versions, rewrite the summary, drop the typed draft.

    The timeline gets one line a person, step and day, not one a keystroke.
    """
    case.step_versions = case.step_versions | {step: step_version(case, step) + 1}
    case.step_saves = case.step_saves | {step: {"by_id": actor.user_id, "at": at.isoformat()}}
    case.last_form_key = form_key
    touch(case, at)
    refresh_summary(case)
    StepDraft.objects.filter(case=case, step=step, user_id=actor.user_id).delete()
    text = STEP_EVENTS.get(step)
    if (
        text
        and not CaseEvent.objects.filter(
            case=case, kind=f"step:{step}", by_id=actor.user_id, at__date=day_of(at)
        ).exists()
    ):
        record(case, actor, at, f"step:{step}", text)


STEP_EVENTS = {
    "menage": "Ménage complété",
    "emploi": "Emploi complété",
    "logement": "Logement complété",
    "difficulte": "Difficulté décrite",
    "budget-avant": "Budget avant la difficulté saisi",
    "budget": "Budget pendant la difficulté saisi",
    "budget-apres": "Budget après la difficulté saisi",
    "droits": "Droits passés en revue",
}


def refresh_summary(case: TenantCase) -> None:
    """Rewrite and save the ready-made text of lists and search from the file's rows."""
    fresh = (
        TenantCase.objects.select_related("household", "tenancy__landlord")
        .prefetch_related("persons")
        .get(pk=case.pk)
    )
    tenant, tenancy, household = facts.tenant_of(fresh), facts.tenancy_of(fresh), facts.household_of(fresh)
    persons = list(fresh.persons.all())
    first = tenant or (persons[0] if persons else None)
    if first:
        case.tenant_name = first.full_name
    case.landlord_name = tenancy.landlord.name if tenancy else ""
    case.town = tenancy.town if tenancy else ""
    parts = [
        case.reference,
        case.former_reference,
        *(f"{p.last_name} {p.first_name}" for p in persons),
        case.tenant_name,
    ]
    if tenancy:
        parts += [case.landlord_name, tenancy.landlord_reference, tenancy.town, tenancy.postal_code]
    if household:
        parts += [phone_figures(household.phone), household.email]
    case.search_text = fold(" ".join(parts))
    case.save()
