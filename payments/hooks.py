"""What this room hangs onto the rooms below (ales/registry.py)."""


def register() -> None:
    """Called once by AppConfig.ready()."""
