"""Before money moves: the person shows again who they are, with their second factor where they have one."""

import time
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.account import app_settings as account_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from members.sign_in.second_factor import has_factor

View = Callable[..., HttpResponse]


def shown_again(request: HttpRequest) -> bool:
    """Whether the person confirmed who they are less than ACCOUNT_REAUTHENTICATION_TIMEOUT seconds ago.

    By their second factor; by their password where the account has none. The sign-in itself doesn't count.
    """
    wanted = "mfa" if has_factor(request.user) else "password"
    now = time.time()
    return any(
        record["method"] == wanted
        and record.get("reauthenticated")
        and now - record["at"] < account_settings.REAUTHENTICATION_TIMEOUT
        for record in get_authentication_records(request, request.user)
    )


def asked_again(view: View) -> View:
    """The page opens to who has `shown_again`; others confirm first, then come back to the same address.

    Nothing that was posted is replayed: the person reads the page anew and presses its button.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if shown_again(request):
            return view(request, *args, **kwargs)
        return ask_again(request, back=request.get_full_path())

    return guarded


def ask_again(request: HttpRequest, *, back: str) -> HttpResponse:
    """To the confirmation, then to the address `back`: a page with the button, where the view has none."""
    return redirect(f"{_confirmation_url(request)}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def _confirmation_url(request: HttpRequest) -> str:
    types = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    if Authenticator.Type.TOTP in types:
        return reverse("mfa_reauthenticate")
    if Authenticator.Type.WEBAUTHN in types:
        return reverse("mfa_reauthenticate_webauthn")
    return reverse("account_reauthenticate")
