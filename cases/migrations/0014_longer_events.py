"""A line of a case's timeline holds a whole reason and two organisations' names, so that nothing is cut."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_requests_follow_the_case"),
    ]

    operations = [
        migrations.AlterField(
            model_name="caseevent",
            name="text",
            field=models.CharField(max_length=1000, verbose_name="texte"),
        ),
    ]
