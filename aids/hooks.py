"""What this room hangs onto the rooms below (ales/registry.py)."""

from ales import registry
from ales.documents.production import Builder


def register() -> None:
    """Called once by AppConfig.ready()."""
    registry.document_builders.setdefault("decision_letter", Builder("documents/decision_letter.html"))
    registry.document_builders.setdefault("refusal_letter", Builder("documents/refusal_letter.html"))
