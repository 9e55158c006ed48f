"""No text column without a word on its fate, no table without its purpose, no field without a French name."""

import pytest
from django.apps import apps
from django.db import models
from django.utils.functional import Promise

from ales import registry
from ales.privacy.declarations import OUTSIDE, PersonalData, declaration_of, history_models, text_fields

OURS = {
    "aids",
    "ales",
    "association",
    "audit",
    "cases",
    "documents",
    "journal",
    "members",
    "payments",
    "works",
}
#: Keys and stamps nobody reads: they say nothing by themselves.
TECHNICAL = {"id", "password", "last_login", "is_superuser", "token_hash"}


def tracked(model) -> type[models.Model]:
    """The model a table of history follows, or the model itself."""
    return getattr(model, "pgh_tracked_model", model)


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label not in OUTSIDE]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_text_column_is_cleared_or_kept_for_a_reason(model):
    declared = declaration_of(tracked(model))
    assert declared, f"{model._meta.label} is declared nowhere"
    forgotten = [
        field.name
        for field in text_fields(model)
        if not field.name.startswith("pgh_") and not declared.is_declared(field.name)
    ]
    assert forgotten == []


def test_a_new_column_is_found():
    class Forgotten(models.Model):
        nickname = models.CharField("surnom", max_length=20)
        colour = models.CharField("couleur", max_length=1, choices=[("r", "rouge")])

        class Meta:
            app_label = "tests_only"

        def __str__(self):
            return self.nickname

    try:
        declared = PersonalData(Forgotten, "accompagnement")
        fields = [field.name for field in text_fields(Forgotten)]
        assert fields == ["nickname"]
        assert not declared.is_declared("nickname")
    finally:
        del apps.all_models["tests_only"]


def test_no_declaration_names_a_column_that_is_gone():
    for declared in registry.personal_data:
        names = {field.name for field in declared.model._meta.local_concrete_fields}
        listed = {*declared.cleared, *declared.cleared_with_accounts, *declared.kept}
        assert listed <= names, declared.model


def test_a_kept_column_has_a_reason():
    for declared in registry.personal_data:
        assert all(len(reason) > 8 for reason in declared.kept.values()), declared.model


def test_every_table_of_a_package_is_known():
    labels = {config.label for config in apps.get_app_configs() if list(config.get_models())}
    assert labels - OURS - set(OUTSIDE) == set()


def test_every_declaration_belongs_to_a_treatment():
    codes = {treatment.code for treatment in registry.treatments}
    assert {declared.treatment for declared in registry.personal_data} <= codes


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_table_and_field_has_its_french_name(model):
    """The register and the person's export print them."""
    if tracked(model) is not model:
        return
    assert isinstance(model._meta.verbose_name, Promise)
    unnamed = [
        field.name
        for field in model._meta.local_concrete_fields
        if field.editable
        and not field.is_relation
        and field.name not in TECHNICAL
        and not isinstance(field.verbose_name, Promise)
    ]
    assert unnamed == []


def test_histories_follow_their_model():
    for declared in registry.personal_data:
        for history in history_models(declared.model):
            assert history.pgh_tracked_model is declared.model
