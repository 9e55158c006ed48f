"""Cases in the search box."""

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.registry import Hit, SearchSource
from ales.search.finding import hits_of
from ales.search.needles import Query
from cases.models import TenantCase
from cases.models.case import CaseState
from members.access import Actor
from members.roles import SOCIAL_ROLES

TONES = {CaseState.OPEN: "success", CaseState.CLOSED: "neutral"}


def find_cases(actor: Actor, query: Query, most: int) -> list[Hit]:
    """One's organisation's cases and those shared with it, by names, references, landlord, place, telephone
    and e-mail. Two queries."""
    cases = (
        TenantCase.objects.visible_to(actor)
        .not_anonymised()
        .defer("social_notes", "step_versions", "step_saves")
    )
    return hits_of(cases, query, most, _hit)


def _hit(case: TenantCase) -> Hit:
    return Hit(
        title=case.tenant_name or _("Locataire à renseigner"),
        url=reverse("cases:detail", args=[case.public_id]),
        words=case.search_text,
        detail=" · ".join(filter(None, (case.reference, case.town, case.landlord_name))),
        state=capfirst(case.get_state_display()),
        tone=TONES[CaseState(case.state)],
    )


CASES = SearchSource(
    label=gettext_lazy("Dossiers"),
    icon="folder",
    roles=frozenset(SOCIAL_ROLES),
    order=10,
    find=find_cases,
)
