"""Opens the request's transaction and says whose it is (DESIGN §2.6)."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from ales import tenancy
from members.access import resolve_actor

# Sign-in stands outside: it writes sessions and counts failures that must survive a refusal.
#: One's own account, under an address that stands outside otherwise.
ACCOUNT = "/compte/"
OUTSIDE = ("/connexion/", "/deconnexion/", "/compte/", "/invitation/", "/static/", "/sante/")


class TenantMiddleware:
    """Sets `request.actor` and `request.memberships`, and the tenant of the outermost transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor, request.memberships = None, []
        if request.path.startswith(OUTSIDE) and request.path != ACCOUNT:
            return self.get_response(request)
        with transaction.atomic():
            if request.user.is_authenticated:
                request.actor, request.memberships = resolve_actor(request.user, request.session)
                if request.actor:
                    # One id a request: its changes are told together (ales/history).
                    tenancy.enter(replace(request.actor.context, request_id=uuid4()))
            response = self.get_response(request)
            if response.status_code >= 500:
                # The exception has become a response already: nothing of it may be kept.
                transaction.set_rollback(True)
        return response
