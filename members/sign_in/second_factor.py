"""The second factor is asked of everyone; the demo's accounts alone pass without, in demo mode only."""

from enum import Enum

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from django.conf import settings
from django.http import HttpRequest

from members.demo_accounts import ACCOUNTS
from members.models import User
from members.sign_in import codes, encryption

#: In the session: the person who has shown a second factor since they signed in.
SESSION_KEY = "second_factor_of"
#: In the session: the person whose second factor an identity provider has seen at this sign-in.
ELSEWHERE_KEY = "second_factor_elsewhere_of"
#: What opens the door by itself; recovery codes only replace one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
DEMO_ADDRESSES = frozenset(account.email for account in ACCOUNTS)
#: Names of the pages open to a person who has no second factor yet.
ENROLMENT = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_login",
        "account_logout",
        "health",
    }
)


class Standing(Enum):
    """Where a signed-in person stands with their second factor."""

    PROVEN = "proven"
    MISSING = "missing"
    UNPROVEN = "unproven"


def is_demo_account(user: User) -> bool:
    """A demo account, in demo mode: DEMO is refused with DEBUG=0 (ales.settings)."""
    return settings.DEMO and user.email in DEMO_ADDRESSES


def has_factor(user: User) -> bool:
    """Whether an application or a key is enrolled; one query."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def standing(request: HttpRequest) -> Standing:
    """Read anew at each request: a factor taken away closes every session's pages."""
    if not settings.SECOND_FACTOR_REQUIRED or is_demo_account(request.user):
        return Standing.PROVEN
    if request.session.get(ELSEWHERE_KEY) == str(request.user.public_id):
        return Standing.PROVEN
    if not has_factor(request.user):
        return Standing.MISSING
    if request.session.get(SESSION_KEY) == str(request.user.public_id):
        return Standing.PROVEN
    return Standing.UNPROVEN


def shown_elsewhere(request: HttpRequest) -> None:
    """The person just signed in showed their second factor to the provider that recognised them."""
    request.session[ELSEWHERE_KEY] = str(request.user.public_id)


def connect() -> None:
    """Called once when the room opens."""
    authenticator_used.connect(_remember, dispatch_uid="second factor used")
    authenticator_added.connect(_remember, dispatch_uid="second factor added")
    authenticator_added.connect(_spend_enrolment_code, dispatch_uid="enrolment code spent")


def _remember(sender, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs) -> None:
    enrolled_now = authenticator.type in FACTORS
    used_now = "reauthenticated" in kwargs
    if enrolled_now or used_now:
        request.session[SESSION_KEY] = str(user.public_id)


def _spend_enrolment_code(sender, request: HttpRequest, authenticator: Authenticator, **kwargs) -> None:
    """The code typed to enrol the application counts as used."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    secret = encryption.decrypt(authenticator.data["secret"])
    authenticator.data[codes.LAST_STEP] = codes.step_of(secret, request.POST.get("code", "")) or 0
    authenticator.save(update_fields=["data"])
