"""The link at the foot of each mail that stops them, without a sign-in: a signed token of the account.

It never expires, as a mail is kept for years, and opens nothing: all it can do is to stop mails.
"""

from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse

from ales import mail
from ales.tenancy import TenantContext
from members.models import User

_SALT = "members.notifications.unsubscribe"
#: A transaction that may touch the rows of one person and nothing of an organisation.
CAPACITY = "RECIPIENT"


def context_of(user: User) -> TenantContext:
    return TenantContext(user_id=user.pk, organisation_id=None, capacity=CAPACITY)


def address(public_id: UUID) -> str:
    return mail.absolute(reverse("members:unsubscribe", args=[signing.dumps(str(public_id), salt=_SALT)]))


def headers(public_id: UUID) -> dict[str, str]:
    """For the button of the mail reader itself (RFC 2369, and RFC 8058 for one click)."""
    return {
        "List-Unsubscribe": f"<{address(public_id)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def user_of(token: str) -> User | None:
    """Whose link this is; None for a token we didn't sign or an account that is gone."""
    try:
        return User.objects.filter(public_id=signing.loads(token, salt=_SALT)).first()
    except (signing.BadSignature, ValidationError):
        return None
