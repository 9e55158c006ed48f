"""View decorators: a page reads or writes, never both by accident; personal pages are never stored."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

View = Callable[..., HttpResponse]


def _private(view: View) -> View:
    @wraps(view)
    def private(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return private


def reading(view: View) -> View:
    """GET and HEAD only."""
    return require_safe(_private(view))


def writing(view: View) -> View:
    """POST only: it changes something, then redirects or answers a fragment."""
    return require_POST(_private(view))


def form_page(view: View) -> View:
    """GET shows a form, POST takes it; refused input comes back on the same page."""
    return require_http_methods(["GET", "HEAD", "POST"])(never_cache(_private(view)))


def acting(view: View) -> View:
    """For who is signed in and acts in some capacity; who has none left is led to the page that says so."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.actor is None:
            return redirect(settings.NO_CAPACITY_URL)
        return view(request, *args, **kwargs)

    return guarded
