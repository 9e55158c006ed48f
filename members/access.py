"""Who acts, in which organisation and capacity; the only module that knows guardian (DESIGN §2.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from guardian.models import GroupObjectPermissionBase
from guardian.shortcuts import assign_perm, remove_perm
from guardian.utils import get_group_obj_perms_model

from ales.tenancy import TenantContext
from members.models import Membership
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES, Role

SESSION_KEY = "membership"


@dataclass(frozen=True)
class Actor:
    """The person behind a request, in their active habilitation."""

    user_id: int
    membership_id: UUID
    organisation_id: int
    organisation_name: str
    organisation_kind: str
    role: str
    name: str

    @property
    def context(self) -> TenantContext:
        return TenantContext(self.user_id, self.organisation_id, self.role, self.membership_id)

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def is_social(self) -> bool:
        """Social worker or manager: reads and writes the social file of the organisation."""
        return self.role in SOCIAL_ROLES

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER

    @property
    def is_landlord_agent(self) -> bool:
        return self.role == Role.LANDLORD_AGENT

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ASSOCIATION_ADMIN

    @property
    def is_treasurer(self) -> bool:
        return self.role == Role.TREASURER

    @property
    def is_association(self) -> bool:
        """The association's staff: sees every request's status and amounts, never a social file."""
        return self.role in ASSOCIATION_ROLES


def actor_of(membership: Membership) -> Actor:
    """The actor of a membership whose user and organisation are loaded."""
    return Actor(
        user_id=membership.user_id,
        membership_id=membership.public_id,
        organisation_id=membership.organisation_id,
        organisation_name=membership.organisation.name,
        organisation_kind=membership.organisation.kind,
        role=membership.role,
        name=membership.user.full_name,
    )


def resolve_actor(user, session) -> tuple[Actor | None, list[Membership]]:
    """The active habilitation kept in the session if it still stands, else the first; one query.

    Read anew at each request, so that a role changed or suspended takes effect on the next one.
    """
    memberships = list(Membership.objects.active().of(user.pk))
    for membership in memberships:
        membership.user = user
    wanted = session.get(SESSION_KEY)
    chosen = next(
        (m for m in memberships if str(m.public_id) == wanted), memberships[0] if memberships else None
    )
    return (actor_of(chosen) if chosen else None), memberships


def actor_of_membership(membership_id: UUID) -> Actor | None:
    """The actor of a habilitation that stands today, for what is done without a request; one query."""
    membership = (
        Membership.objects.active()
        .select_related("user", "organisation")
        .filter(public_id=membership_id)
        .first()
    )
    return actor_of(membership) if membership else None


View = Callable[..., HttpResponse]


def roles_required(*roles: str) -> Callable[[View], View]:
    """The page is for these roles (none named: any habilitation); others get a page that says so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.actor is None:
                return redirect("members:no_membership")
            if roles and request.actor.role not in roles:
                wanted = ", ".join(str(Role(role).label) for role in roles)
                return render(request, "403.html", {"wanted_roles": wanted}, status=403)
            return view(request, *args, **kwargs)

        guarded.roles = roles
        return guarded

    return decorate


# --- Exceptions: what one organisation opens to another ---------------------------------------------

#: Base of the tables of grants: one a kind of object, with a direct foreign key to it.
GroupGrant = GroupObjectPermissionBase


def _group_name(organisation_id: int) -> str:
    return f"organisation-{organisation_id}"


def grant(organisation_id: int, permission: str, target: Model) -> None:
    """Give an organisation's group a permission (codename) on one object. Twice changes nothing."""
    group, _created = Group.objects.get_or_create(name=_group_name(organisation_id))
    assign_perm(f"{target._meta.app_label}.{permission}", group, target)


def withdraw(organisation_id: int, permission: str, target: Model) -> None:
    """Take back what `grant` gave; nothing happens when it was never given."""
    group = Group.objects.filter(name=_group_name(organisation_id)).first()
    if group:
        remove_perm(f"{target._meta.app_label}.{permission}", group, target)


def granted_ids(organisation_id: int, permission: str, model: type[Model]) -> QuerySet:
    """Keys of the objects granted to an organisation's group, one by one: a subquery.

    Guardian's own `get_objects_for_*` let a global permission or a superuser see every organisation
    unless told not to at each call (PITFALLS); this reads the grants alone, so neither opens anything.
    """
    return (
        get_group_obj_perms_model(model)
        .objects.filter(group__name=_group_name(organisation_id), permission__codename=permission)
        .values("content_object_id")
    )
