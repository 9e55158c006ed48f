"""Tasks of the production queue; they may run twice, late, or not at all (DESIGN §2.9)."""

from uuid import UUID

from ales.celery import app
from ales.documents import orphans, production


@app.task(name="ales.documents.tasks.produce")
def produce(job_public_id: str) -> None:
    """Produce one document, once."""
    production.produce(UUID(job_public_id))


@app.task(name="ales.documents.tasks.sweep")
def sweep() -> None:
    """Pick up what was dropped; every fifteen seconds."""
    production.sweep()


@app.task(name="ales.documents.tasks.clear_orphans")
def clear_orphans() -> None:
    """Delete the files whose transaction was undone; once a night."""
    orphans.clear()
