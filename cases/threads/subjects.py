"""What can be talked about, and with whom: each room names its own (registry.thread_subjects)."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from ales import registry
from ales.verdict import Verdict
from cases import permissions
from cases.models import TenantCase
from cases.models.message import MessageAudience
from members.access import Actor
from members.models import Membership, Organisation
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES, Role

CASE = "case"


@dataclass(frozen=True)
class Thread:
    """The thread of one subject, as the actor who asked for it may use it.

    `writable` says why nothing can be written any more; `referent_id` is the person the news go to.
    """

    kind: str
    subject_id: UUID
    case_id: int
    organisation: Organisation
    landlord: Organisation | None
    reference: str
    title: str
    page_url: str
    referent_id: int
    writable: Verdict
    #: The landlord reads the pages of the subject, so it can be written to.
    with_landlord: bool = False

    @property
    def path(self) -> str:
        return path_of(self.kind, self.subject_id)

    def audiences(self, actor: Actor) -> list[MessageAudience]:
        """Those the actor may write to: their own side only, unless they work in the organisation."""
        if actor.is_social:
            found = [MessageAudience.ORGANISATION]
            if self.landlord:
                found.append(MessageAudience.ASSOCIATION)
            return [*found, MessageAudience.LANDLORD] if self.with_landlord else found
        return [MessageAudience.ASSOCIATION if actor.is_association else MessageAudience.LANDLORD]

    def label_of(self, audience: str) -> str:
        """Who reads it, by name: shown beside each choice and each message."""
        names = {
            "organisation": self.organisation.name,
            "landlord": self.landlord.name if self.landlord else "",
        }
        labels = {
            MessageAudience.ORGANISATION: _("%(organisation)s seulement"),
            MessageAudience.ASSOCIATION: _("%(organisation)s et l’association"),
            MessageAudience.LANDLORD: _("%(organisation)s et %(landlord)s"),
        }
        return labels[MessageAudience(audience)] % names

    def readers(self, audience: str) -> QuerySet[Membership]:
        """Habilitations that open a message to this audience."""
        readers = Q(organisation=self.organisation, role__in=sorted(SOCIAL_ROLES))
        if audience == MessageAudience.ASSOCIATION:
            readers |= Q(role__in=sorted(ASSOCIATION_ROLES))
        if audience == MessageAudience.LANDLORD:
            readers |= Q(organisation=self.landlord, role=Role.LANDLORD_AGENT)
        return Membership.objects.active().filter(readers)


def path_of(kind: str, subject_id: UUID) -> str:
    """Address of the thread of a subject of this kind."""
    slug = next(subject.slug for subject in registry.thread_subjects if subject.kind == kind)
    return reverse("threads:thread", args=[slug, subject_id])


def kind_of(slug: str) -> str:
    """The kind an address names; empty for none."""
    return next((subject.kind for subject in registry.thread_subjects if subject.slug == slug), "")


def find(actor: Actor, kind: str, subject_id: UUID) -> Thread:
    """The thread of what the actor may see; Http404 for a stranger's, or a kind nobody talks about."""
    build = next((subject.find for subject in registry.thread_subjects if subject.kind == kind), None)
    thread = build(actor, subject_id) if build else None
    if thread is None:
        raise Http404
    return thread


def of_case(actor: Actor, subject_id: UUID) -> Thread | None:
    """The organisation talks to itself about a case: nobody else opens the social file, and an organisation
    it is shared with reads the file only (docs/adr/0012-threads.md)."""
    cases = TenantCase.objects.followed_by(actor).select_related("organisation")
    case = cases.filter(public_id=subject_id).first()
    if case is None:
        return None
    return Thread(
        kind=CASE,
        subject_id=case.public_id,
        case_id=case.pk,
        organisation=case.organisation,
        landlord=None,
        reference=case.reference,
        title=_("Dossier %s") % case.reference,
        page_url=reverse("cases:detail", args=[case.public_id]),
        referent_id=case.referent_id,
        writable=permissions.as_it_is(case),
    )
