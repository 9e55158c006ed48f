"""Periodic tasks of this room (schedule: ales/settings.py)."""

from celery import shared_task
from django.utils import timezone

from cases import operations
from cases.personal_data import nightly


@shared_task
def end_expired_shares() -> int:
    """Put away the shares past their last day; how many there were."""
    return operations.end_expired_shares(timezone.now())


@shared_task
def apply_retention() -> None:
    """Notices and anonymisations of the day; once a night, twice does nothing more."""
    nightly.run(timezone.localdate())
