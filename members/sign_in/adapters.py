"""Our rules on top of allauth's: who may open an account, and how secrets are kept."""

import time

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.sign_in import encryption


class AccountAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone (accounts come from invitations); a closed account answers as none."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Adresse ou mot de passe inexact."),
        "too_many_login_attempts": _("Trop d’essais. Patientez quelques minutes avant de recommencer."),
        "rate_limited": _("Trop d’essais. Patientez quelques minutes avant de recommencer."),
        "incorrect_password": _("Ce mot de passe est inexact."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        """The person, or None: unknown address, wrong password and closed account answer alike.

        The hasher runs once in each case: allauth's backend runs it for an unknown address too.
        """
        user = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Whether the person last showed who they are too long ago to change their account's security.

        allauth would ask again just after sign-in, and so in the middle of the first enrolment.
        """
        shown = get_authentication_records(self.request, self.request.user)
        return not shown or time.time() - shown[-1]["at"] >= account_settings.REAUTHENTICATION_TIMEOUT


class MFAAdapter(DefaultMFAAdapter):
    """Secrets are encrypted before they reach the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Ce code est inexact ou a déjà servi : saisissez le suivant."),
        "unverified_email": _("Confirmez d’abord votre adresse électronique."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = self._keys_of(user, type)
        return str(_("Clé principale")) if count == 0 else str(_("Clé n° %d") % (count + 1))

    @staticmethod
    def _keys_of(user: User, type: str) -> int:
        return user.authenticator_set.filter(type=type).count()

    def _get_site_name(self) -> str:
        return settings.SITE_NAME
