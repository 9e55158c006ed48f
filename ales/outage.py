"""When the database goes away under a request: one clear page (503), whatever was being done.

The exception has become an answer 500 by the time a middleware sees it, at whatever depth it was raised (a
view, the session, the commit); Django's own signal still tells which one it was.
"""

import logging
import sys
from collections.abc import Callable

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

#: Seconds after which a program may ask again.
RETRY_AFTER = 10
#: SQLSTATE of a server that ends, starts, or has no place left; a connection that broke has none.
SERVER_AWAY = ("08", "57P", "53300")


def is_outage(error: BaseException | None) -> bool:
    """Whether the database was not there, for this error or for the one it followed."""
    while error is not None:
        if isinstance(error, InterfaceError):
            return True
        if isinstance(error, OperationalError):
            state = getattr(error.__cause__, "sqlstate", None)
            return state is None or state.startswith(SERVER_AWAY)
        error = error.__cause__ or error.__context__
    return False


class DatabaseOutageMiddleware:
    """Answers 503 with a page that needs no database in place of the error 500 of an outage."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        got_request_exception.connect(_mark, dispatch_uid="database outage")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 500 or not getattr(request, "database_is_away", False):
            return response
        logger.error("the database is away: %s %s", request.method, request.path)
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": RETRY_AFTER})


def _mark(sender, request: HttpRequest | None = None, **kwargs) -> None:
    if request is not None and is_outage(sys.exc_info()[1]):
        request.database_is_away = True
