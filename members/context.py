"""What every page's frame needs: who is here and where they may go."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from ales import registry
from ales.search import finding
from members.demo_accounts import ACCOUNTS, PASSWORD
from members.roles import Role


def layout(request: HttpRequest) -> dict:
    """Navigation with the current entry marked, the active habilitation and the others."""
    actor = getattr(request, "actor", None)
    frame = {"demo_mode": settings.DEMO, "proconnect": settings.PROCONNECT is not None}
    if actor is None:
        demo = settings.DEMO and request.path == settings.LOGIN_URL
        return frame | {
            "actor": None,
            "navigation": [],
            "demo_accounts": ACCOUNTS if demo else (),
            "demo_password": PASSWORD if demo else "",
        }
    navigation = []
    addresses = {entry: reverse(entry.url_name) for entry in registry.navigation_for(actor.role)}
    # An entry may stand under another's address (/mon-organisme/…): the nearest one alone is where one is.
    here = max((url for url in addresses.values() if request.path.startswith(url)), key=len, default="")
    for entry, url in addresses.items():
        navigation.append(
            {
                "label": entry.label,
                "url": url,
                "icon": entry.icon,
                "active": url == here,
                "count": entry.count(actor) if entry.count else None,
            }
        )
    return frame | {
        "actor": actor,
        "navigation": navigation,
        "switch_url": reverse("members:switch"),
        "search_url": reverse("search:page") if finding.sources(actor) else "",
        "propositions_url": reverse("search:propositions"),
        "memberships": [
            {
                "id": m.public_id,
                "organisation": m.organisation.name,
                "role": Role(m.role).label,
                "active": m.public_id == actor.membership_id,
            }
            for m in request.memberships
        ],
    }
