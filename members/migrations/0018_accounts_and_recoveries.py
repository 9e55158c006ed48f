"""An account is named with its landlord, IBAN, BIC and holder; a fund recovers no more than it paid."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0017_statement_order_index")]
    operations = [
        migrations.AddConstraint(
            "bankdetails",
            models.UniqueConstraint(
                fields=["id", "landlord", "iban", "bic", "account_holder"], name="bank_details_with_account"
            ),
        ),
        migrations.AddConstraint(
            "fund",
            models.CheckConstraint(
                condition=models.Q(recovered__lte=models.F("paid")), name="fund_recovered_within_paid"
            ),
        ),
    ]
