"""Tasks of the access log."""

from ales.audit import retention
from ales.celery import app


@app.task(name="ales.audit.tasks.purge")
def purge() -> None:
    """Delete what is older than twelve months; once a night."""
    retention.purge()
