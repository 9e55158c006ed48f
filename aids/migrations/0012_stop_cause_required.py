"""A stopped aid has a cause, no other has one; no more comes back than was paid."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aids", "0011_stop_cause_of_former_stops")]
    operations = [
        migrations.AddConstraint(
            model_name="aidrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recovered_amount__gte", 0), ("recovered_amount__lte", models.F("paid_amount"))
                ),
                name="aid_recovered_at_most_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="aidrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("state", "stopped")), models.Q(("stop_cause", ""), _negated=True)),
                    models.Q(models.Q(("state", "stopped"), _negated=True), ("stop_cause", "")),
                    _connector="OR",
                ),
                name="aid_stopped_for_a_cause",
            ),
        ),
    ]
