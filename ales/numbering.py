"""Numbers without gaps: the counter's row is locked until the transaction that takes a number ends."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """One running number, named by what it counts (`"order:2026"`)."""

    name = models.CharField(_("nom"), max_length=80, primary_key=True)
    last = models.PositiveIntegerField(_("dernier numéro"), default=0)

    class Meta:
        app_label = "ales"
        verbose_name = _("compteur")

    def __str__(self) -> str:
        return f"{self.name} : {self.last}"


def next_number(name: str) -> int:
    """The next number of `name`, from 1. Given back if the transaction rolls back, so no gap appears.

    Must run inside a transaction; two callers wait for each other, so take it late.
    """
    with transaction.atomic():
        Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
        counter = Counter.objects.select_for_update().get(name=name)
        counter.last += 1
        counter.save(update_fields=["last"])
    return counter.last
