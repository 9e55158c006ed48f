"""How a person likes their lists: the columns they see, and views they named."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ListColumns(models.Model):
    """Columns of a list that a person does not want to see."""

    user_id = models.BigIntegerField(_("personne"))
    list_code = models.CharField(_("liste"), max_length=20)
    hidden = ArrayField(models.CharField(max_length=30), verbose_name=_("colonnes masquées"), default=list)

    class Meta:
        app_label = "ales"
        verbose_name = _("colonnes d’une liste")
        verbose_name_plural = _("colonnes des listes")
        constraints = [models.UniqueConstraint(fields=["user_id", "list_code"], name="list_columns_once")]

    def __str__(self) -> str:
        return self.list_code


class SavedView(models.Model):
    """Filters and sort of a list under a name, for one person. `query` is the address's, without the words
    looked for: they may name a household, which a view would keep past its file."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("personne"))
    list_code = models.CharField(_("liste"), max_length=20)
    name = models.CharField(_("nom"), max_length=60)
    query = models.CharField(_("filtres"), max_length=1000, blank=True)
    is_default = models.BooleanField(_("ouverte d’abord"), default=False)

    class Meta:
        app_label = "ales"
        verbose_name = _("vue d’une liste")
        verbose_name_plural = _("vues des listes")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user_id", "list_code", "name"], name="saved_view_named_once"),
            models.UniqueConstraint(
                fields=["user_id", "list_code"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
