"""The way to the provider and back. Nobody gets an account here: an unknown address is told so."""

import logging
import time
from enum import Enum

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.http import reading, writing
from ales.proconnect import ProConnect
from members.models import Invitation, User
from members.sign_in import second_factor
from members.sign_in.proconnect import attempts
from members.sign_in.proconnect.provider import Identity, ProviderError, UnreachableError, discover

logger = logging.getLogger(__name__)


class Refused(Enum):
    """Why nobody was signed in: the status of the page, and what it says."""

    NO_ATTEMPT = (400, _("Cette connexion a expiré, ou sa réponse a déjà servi. Recommencez."))
    CANCELLED = (403, _("Vous avez interrompu la connexion, ou ProConnect l’a refusée."))
    UNREACHABLE = (503, _("ProConnect ne répond pas. Réessayez, ou utilisez votre mot de passe."))
    UNTRUSTED = (
        403,
        _(
            "La réponse reçue n’a pas pu être vérifiée : par sécurité, elle a été écartée. "
            "Recommencez ; si cela dure, prévenez l’équipe ALES."
        ),
    )
    UNVERIFIED = (
        403,
        _("ProConnect ne garantit pas votre adresse électronique. Utilisez votre mot de passe."),
    )
    INVITED = (403, _("Une invitation vous attend : acceptez-la d’abord par le lien du courriel reçu."))
    NO_ACCOUNT = (
        403,
        _(
            "Aucun compte de l’extranet n’est ouvert à votre adresse. "
            "Demandez une invitation au responsable de votre organisme."
        ),
    )


@writing
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    config = _configured()
    too_many = ratelimit.consume_or_429(request, action="login")
    if too_many:
        return too_many
    try:
        provider = discover(config)
    except ProviderError as error:
        return _refuse_error(request, error)
    attempt = attempts.begin(
        request.session, next_url=get_next_redirect_url(request) or "", at=int(time.time())
    )
    return redirect(
        provider.authorization_url(
            state=attempt.state,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            redirect_uri=_redirect_uri(),
        )
    )


@reading
def back(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer: one that we asked for in this browser, once."""
    config = _configured()
    attempt = attempts.take(request.session, state=request.GET.get("state", ""), at=int(time.time()))
    if attempt is None:
        return _refuse(request, Refused.NO_ATTEMPT)
    # RFC 9207: an answer that names another issuer was mixed up on the way.
    if request.GET.get("iss", config.issuer) != config.issuer:
        return _refuse(request, Refused.UNTRUSTED, "issuer of the answer")
    code = request.GET.get("code", "")
    if "error" in request.GET or not code:
        return _refuse(request, Refused.CANCELLED)
    try:
        identity = discover(config).identify(
            code=code, nonce=attempt.nonce, verifier=attempt.verifier, redirect_uri=_redirect_uri()
        )
    except ProviderError as error:
        return _refuse_error(request, error)
    if not identity.email_is_verified:
        return _refuse(request, Refused.UNVERIFIED)
    user = User.objects.filter(email=identity.email, is_active=True).first()
    if user is None:
        invited = Invitation.objects.pending(timezone.now()).filter(email=identity.email).exists()
        return _refuse(request, Refused.INVITED if invited else Refused.NO_ACCOUNT)
    return _enter(request, user, identity, attempt.next_url)


def _enter(request: HttpRequest, user: User, identity: Identity, next_url: str) -> HttpResponse:
    """As after a password: our second factor is next, unless the provider has seen one."""
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, user, method="proconnect")
    login = Login(user=user, email=user.email, redirect_url=next_url or None)
    if identity.has_second_factor:
        LoginStageController(request, login).set_handled(AuthenticateStage.key)
    response = perform_login(request, login)
    if identity.has_second_factor and request.user.is_authenticated:
        second_factor.shown_elsewhere(request)
    return response


def _configured() -> ProConnect:
    if settings.PROCONNECT is None:
        raise Http404
    return settings.PROCONNECT


def _redirect_uri() -> str:
    # As registered with the provider, whatever name the browser used.
    return settings.SITE_URL + reverse("proconnect_back")


def _refuse_error(request: HttpRequest, error: ProviderError) -> HttpResponse:
    why = Refused.UNREACHABLE if isinstance(error, UnreachableError) else Refused.UNTRUSTED
    return _refuse(request, why, str(error))


def _refuse(request: HttpRequest, why: Refused, detail: str = "") -> HttpResponse:
    status, reason = why.value
    logger.warning("proconnect: nobody signed in (%s %s)", why.name, detail)
    return render(request, "account/proconnect_refused.html", {"reason": reason}, status=status)
