"""The chain: one row an event of a journaled table, written by the database and by nobody else."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class EventKind(models.TextChoices):
    ADOPT = "adopt", _("reprise")  # the row stood already when its table was first journaled
    INSERT = "insert", _("ajout")
    UPDATE = "update", _("modification")
    DELETE = "delete", _("suppression")


class JournalEntry(models.Model):
    """What became of one row, and the hash that ties it to the entry before.

    `content` is JSON of ids, codes, amounts and days; a text is kept as its fingerprint only, so no name and
    no IBAN stands here. `hash` is the one of `ales.journal.chain.entry_hash`.
    """

    read_only = True

    sequence = models.BigIntegerField(_("numéro"), primary_key=True)
    subject_table = models.CharField(_("table"), max_length=63)
    event = models.CharField(_("événement"), max_length=6, choices=EventKind)
    subject_id = models.CharField(_("identifiant de la ligne"), max_length=40)
    content = models.TextField(_("contenu"))
    occurred_at = models.DateTimeField(_("inscrite le"))
    previous_hash = models.CharField(_("empreinte précédente"), max_length=64)
    hash = models.CharField(_("empreinte"), max_length=64)

    class Meta:
        verbose_name = _("écriture du journal")
        verbose_name_plural = _("écritures du journal")
        # A row's last entry.
        indexes = [models.Index(fields=["subject_table", "subject_id", "sequence"], name="journal_of_row")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="no_truncate",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from journal_journalentry table';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.subject_table} {self.event} {self.subject_id}"
