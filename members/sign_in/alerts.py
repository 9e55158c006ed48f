"""A person is told by mail of each change to their account's security: a thief can't make one unseen."""

from collections.abc import Callable

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members import emails
from members.models import User

PASSWORD = _("le mot de passe a été changé")
NEW_RECOVERY_CODES = _("de nouveaux codes de secours remplacent les précédents")
FACTORS_RESET = _("la double authentification a été remise à zéro par l’équipe ALES, à votre demande")
ADDED = {
    Authenticator.Type.TOTP: _("une application d’authentification a été ajoutée"),
    Authenticator.Type.WEBAUTHN: _("une clé d’accès a été ajoutée"),
}
REMOVED = {
    Authenticator.Type.TOTP: _("l’application d’authentification a été retirée"),
    Authenticator.Type.WEBAUTHN: _("une clé d’accès a été retirée"),
    Authenticator.Type.RECOVERY_CODES: _("les codes de secours ont été retirés"),
}


def connect() -> None:
    """Called once when the room opens."""
    for changed in (password_changed, password_reset, password_set):
        changed.connect(_tell(lambda kind: PASSWORD), weak=False, dispatch_uid="told: password")
    # The first recovery codes come with the first factor, which is told already.
    authenticator_added.connect(_tell(ADDED.get), weak=False, dispatch_uid="told: factor added")
    authenticator_removed.connect(_tell(REMOVED.get), weak=False, dispatch_uid="told: factor removed")
    authenticator_reset.connect(
        _tell(lambda kind: NEW_RECOVERY_CODES), weak=False, dispatch_uid="told: new recovery codes"
    )


def tell(user: User, change: str) -> None:
    """Mail `change` once the transaction stands."""
    moment = timezone.now()
    transaction.on_commit(lambda: emails.send_security_change(user, change, moment))


def _tell(change_of: Callable[[str | None], str | None]) -> Callable[..., None]:
    def receive(sender, user: User, authenticator: Authenticator | None = None, **kwargs) -> None:
        change = change_of(authenticator.type if authenticator else None)
        if change:
            tell(user, change)

    return receive
