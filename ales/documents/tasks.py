"""Tasks of the production queue; they may run twice, late, or not at all (DESIGN §2.9)."""

from uuid import UUID

from ales.celery import app
from ales.documents import production


@app.task(name="ales.documents.tasks.produce")
def produce(job_public_id: str) -> None:
    """Produce one document, once."""
    production.produce(UUID(job_public_id))


@app.task(name="ales.documents.tasks.sweep")
def sweep() -> None:
    """Pick up what was dropped; every fifteen seconds."""
    production.sweep()
