"""Columns and views that a person chooses for their lists."""

import uuid

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ales", "0003_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListColumns",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField(verbose_name="personne")),
                ("list_code", models.CharField(max_length=20, verbose_name="liste")),
                (
                    "hidden",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        default=list,
                        size=None,
                        verbose_name="colonnes masquées",
                    ),
                ),
            ],
            options={
                "verbose_name": "colonnes d’une liste",
                "verbose_name_plural": "colonnes des listes",
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "list_code"), name="list_columns_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("user_id", models.BigIntegerField(verbose_name="personne")),
                ("list_code", models.CharField(max_length=20, verbose_name="liste")),
                ("name", models.CharField(max_length=60, verbose_name="nom")),
                ("query", models.CharField(blank=True, max_length=1000, verbose_name="filtres")),
                ("is_default", models.BooleanField(default=False, verbose_name="ouverte d’abord")),
            ],
            options={
                "verbose_name": "vue d’une liste",
                "verbose_name_plural": "vues des listes",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "list_code", "name"), name="saved_view_named_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("user_id", "list_code"),
                        name="saved_view_one_default",
                    ),
                ],
            },
        ),
    ]
