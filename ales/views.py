"""Pages of the house itself."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ales.http import reading


@reading
def home(request: HttpRequest) -> HttpResponse:
    """The site's root leads to the dashboard, and so to sign-in for a stranger."""
    return redirect("members:dashboard")


@reading
def health(request: HttpRequest) -> HttpResponse:
    """For the proxy: answers when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
