"""What stands between a signed-in person and every page."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from members.middleware import OUTSIDE
from members.sign_in import second_factor, sessions
from members.sign_in.second_factor import Standing

logger = logging.getLogger(__name__)


class ClosedSignInMiddleware:
    """Where attempts can't be counted, nobody signs in, and the page says so.

    The database's cache counts nothing when it fails, which allauth takes for a limit reached (429);
    Redis raises, which would be a bare error 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith(OUTSIDE) and isinstance(error, (RedisError, DatabaseError, OSError)):
            logger.error("sign-in is closed: %s", type(error).__name__)
            return render(request, "account/closed.html", status=503)
        return None


class SessionLimitsMiddleware:
    """Ends a session that is idle or too old; marks the browser it began in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            if sessions.is_over(request.session, sessions.limits_for(request), now):
                logout(request)
                messages.info(request, _("Votre session s’est fermée. Connectez-vous pour continuer."))
                return _back_to_sign_in(request)
            sessions.note_activity(request.session, now)
        response = self.get_response(request)
        mark = getattr(request, "device_mark", None)
        if mark:
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                mark,
                max_age=sessions.DEVICE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


class SecondFactorMiddleware:
    """Without a second factor only its enrolment and the way out are open, however one came in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or _name_of(request) in second_factor.ENROLMENT:
            return self.get_response(request)
        standing = second_factor.standing(request)
        if standing is Standing.MISSING:
            return go(request, "mfa_index")
        if standing is Standing.UNPROVEN:
            logout(request)
            messages.warning(request, _("Connectez-vous avec votre second facteur."))
            return go(request, "account_login")
        return self.get_response(request)


def go(request: HttpRequest, url_name: str) -> HttpResponse:
    """Send the browser there; htmx is told to leave the whole page, not to swap a corner of it."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = reverse(url_name)
        return response
    return redirect(url_name)


def _back_to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "GET" or getattr(request, "htmx", False):
        return go(request, "account_login")
    return redirect_to_login(request.get_full_path())


def _name_of(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return None
