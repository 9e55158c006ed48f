"""Tasks of long works; they may run twice, late, or not at all (DESIGN §2.9)."""

from uuid import UUID

from ales.celery import app
from ales.works import expiry, running


@app.task(name="ales.works.tasks.run")
def run(work_public_id: str) -> None:
    """Do the next slice of one work."""
    running.run(UUID(work_public_id))


@app.task(name="ales.works.tasks.sweep")
def sweep() -> None:
    """Pick up what was dropped; every fifteen seconds."""
    running.sweep()


@app.task(name="ales.works.tasks.clear")
def clear() -> None:
    """Delete what has outlived its days; once a night."""
    expiry.clear()
    expiry.clear_strays()
