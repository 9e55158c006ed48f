"""Granting refuses to be skipped in production; what is granted is in test_row_security."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from ales.grants import grant_application_rights

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_an_owner_who_serves_the_pages_is_refused_in_production(settings):
    """The suite's connection is the application's: here it migrates too."""
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(ImproperlyConfigured, match="MIGRATION_DATABASE_URL"):
        grant_application_rights(apps.get_app_config("ales"))


def test_one_login_for_everything_is_enough_to_try(settings):
    settings.DEBUG = True
    grant_application_rights(apps.get_app_config("ales"))
