"""What stands between a signed-in person and every page."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from members.sign_in import second_factor
from members.sign_in.second_factor import Standing


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


def _name_of(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return None
