"""Mails of this room: they leave at once, their callers stand outside the transaction."""

import datetime as dt

from django.urls import reverse
from django.utils.timezone import localtime

from ales import mail
from ales.dates import format_date
from members.models import Invitation, Membership, User
from members.roles import Role


def administrators() -> list[str]:
    """Addresses of the association's staff, whom the nightly checks warn (ales/alerts.py); one query."""
    staff = Membership.objects.active().filter(role=Role.ASSOCIATION_ADMIN)
    return list(staff.values_list("user__email", flat=True))


def send_invitation(invitation: Invitation, token: str, inviter: str) -> None:
    """The link that opens the invitation; the page offers to send it again."""
    context = {
        "invitation": invitation,
        "inviter": inviter,
        "role": invitation.get_role_display(),
        "url": mail.absolute(reverse("members:invitation", args=[token])),
        "until": format_date(invitation.expires_at.date()),
    }
    mail.send(
        [invitation.email],
        "Invitation à l’extranet",
        "emails/invitation.txt",
        context,
        about=f"invitation {invitation.public_id}",
    )


def send_new_device(user: User, device: str, at: dt.datetime) -> None:
    """Tells a person that their account was opened on a device it didn't know."""
    context = {
        "when": _moment(at),
        "device": device,
        "url": mail.absolute(reverse("account_devices")),
    }
    mail.send(
        [user.email],
        "Connexion depuis un nouvel appareil",
        "emails/new_device.txt",
        context,
        about=f"new device of user {user.public_id}",
    )


def send_security_change(user: User, change: str, at: dt.datetime) -> None:
    """Tells a person what changed in their account's security, and when."""
    context = {
        "when": _moment(at),
        "change": change,
        "url": mail.absolute(reverse("account_reset_password")),
    }
    mail.send(
        [user.email],
        "La sécurité de votre compte a changé",
        "emails/security_change.txt",
        context,
        about=f"security change of user {user.public_id}",
    )


def _moment(at: dt.datetime) -> str:
    moment = localtime(at)
    return f"{format_date(moment.date())} à {moment:%H h %M}"
