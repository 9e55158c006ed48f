"""What the pages of payments share."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.roles import Role

register = template.Library()

TREASURY = frozenset({Role.TREASURER, Role.ASSOCIATION_ADMIN})
#: Parts of « Paiements »: key, label, address name, who reads it.
SECTIONS = (
    ("orders", _("Ordres"), "payments:orders", TREASURY | {Role.MANAGER}),
    ("batches", _("Bordereaux"), "payments:batches", TREASURY),
    ("statements", _("Relevés"), "payments:statements", TREASURY),
    ("recoveries", _("Recouvrements"), "payments:recoveries", TREASURY | {Role.MANAGER}),
    ("queries", _("Questions"), "payments:queries", TREASURY | {Role.MANAGER}),
    ("accounting", _("Comptabilité"), "payments:accounting", TREASURY),
)


@register.inclusion_tag("payments/_sections.html", takes_context=True)
def payment_sections(context: template.Context, current: str) -> dict[str, Any]:
    """The sub-tabs of « Paiements » this role may open; none when there is only one."""
    role = context["actor"].role
    sections = [
        {"label": label, "url": reverse(name), "is_current": key == current}
        for key, label, name, roles in SECTIONS
        if role in roles
    ]
    return {"sections": sections if len(sections) > 1 else []}
