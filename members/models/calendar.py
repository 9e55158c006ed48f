"""The secret address of a person's calendar, for one of their habilitations."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.membership import Membership
from members.models.user import User


class CalendarAddress(models.Model):
    """At most one a habilitation; only the SHA-256 of its token is kept. Deleted, the address is dead."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(_("empreinte de l’adresse"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("créée le"), default=timezone.now)

    class Meta:
        verbose_name = _("adresse de calendrier")

    def __str__(self) -> str:
        return f"{self.created_at:%d/%m/%Y}"
