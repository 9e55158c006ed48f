"""A recovery has a number, a cause, its letter and what the landlord may read of its order.

Nothing has written to the table yet: its columns come without a default.
"""

import django.db.models.deletion
from django.db import migrations, models

from ales.row_security import documents_follow, follow_parent


class Migration(migrations.Migration):
    dependencies = [
        ("aids", "0012_stop_cause_required"),
        ("documents", "0007_manager_audience_row_security"),
        ("payments", "0009_journal"),
    ]

    operations = [
        migrations.AddField(
            "paymentrecovery",
            "request",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recoveries",
                to="aids.aidrequest",
                verbose_name="demande",
            ),
        ),
        migrations.AddField(
            "paymentrecovery", "year", models.PositiveSmallIntegerField(verbose_name="année")
        ),
        migrations.AddField("paymentrecovery", "sequence", models.PositiveIntegerField(verbose_name="rang")),
        migrations.AddField(
            "paymentrecovery",
            "order_number",
            models.CharField(max_length=20, verbose_name="numéro de l'ordre"),
        ),
        migrations.AddField("paymentrecovery", "months", models.JSONField(verbose_name="échéances")),
        migrations.AddField(
            "paymentrecovery",
            "cause",
            models.CharField(
                choices=[
                    ("TENANT_LEFT", "départ du locataire avant l'échéance"),
                    ("NOT_DUE", "échéance qui n'était pas due"),
                    ("PAID_BY_ANOTHER", "échéance déjà réglée par ailleurs"),
                    ("WRONG_PAYEE", "virement adressé au mauvais bailleur"),
                    ("OTHER", "autre cause"),
                ],
                max_length=20,
                verbose_name="cause",
            ),
        ),
        migrations.AddField(
            "paymentrecovery",
            "job",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.productionjob",
            ),
        ),
        migrations.AddIndex(
            "paymentquery",
            models.Index(
                condition=models.Q(answered_at=None),
                fields=["organisation", "asked_at", "id"],
                name="query_unanswered",
            ),
        ),
        migrations.AddIndex(
            "paymentquery",
            models.Index(fields=["organisation", "-asked_at", "-id"], name="query_of_organisation"),
        ),
        migrations.AddIndex(
            "paymentrecovery",
            models.Index(fields=["organisation", "year", "sequence"], name="recovery_of_organisation"),
        ),
        migrations.AddIndex(
            "paymentrecovery",
            models.Index(fields=["landlord", "year", "sequence"], name="recovery_of_landlord"),
        ),
        migrations.AddConstraint(
            "paymentrecovery",
            models.UniqueConstraint(fields=["year", "sequence"], name="recovery_number_once"),
        ),
        follow_parent("payments_paymentrecovery", "request_id", "aids_aidrequest"),
        documents_follow("payments_paymentrecovery", "recovery_letter"),
    ]
