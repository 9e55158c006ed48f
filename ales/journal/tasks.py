"""Periodic tasks of the journal (schedule: ales/schedule.py)."""

from ales.celery import app
from ales.journal import heads, nightly


@app.task(name="ales.journal.tasks.log_head")
def log_head() -> None:
    """Send the head out of the database; every ten minutes."""
    heads.log()


@app.task(name="ales.journal.tasks.verify")
def verify() -> None:
    """Verify the journal and warn the administrators of what is wrong; once a night."""
    nightly.run()
