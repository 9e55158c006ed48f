"""People sorted by their name, accents folded; habilitations by role and by day."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("members", "0029_toured"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="name_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    django.db.models.functions.text.Concat("last_name", models.Value(" "), "first_name"),
                    function="search_fold",
                ),
                output_field=models.CharField(max_length=330),
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["role", "id"], name="membership_by_role"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["created_at", "id"], name="membership_by_day"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["name_key", "id"], name="user_by_name"),
        ),
    ]
