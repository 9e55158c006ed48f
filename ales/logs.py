"""What the logs hold: ids and durations, nothing personal, and no secret that stands in an address."""

import logging
import re
from pathlib import Path
from typing import Any

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#: A part of an address too long to be a word of ours: the token of an invitation, a calendar, a reset.
_TOKEN = re.compile(rf"(?<=/)(?!{_UUID}(?![\w:=%-]))[\w:=%-]{{30,}}", re.IGNORECASE)


def mask(text: str) -> str:
    """The text with « … » in place of the tokens of its addresses; public ids (UUID) stay."""
    return _TOKEN.sub("…", text)


class TokenFilter(logging.Filter):
    """Masks the tokens of each line, wherever in it they were written."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        masked = mask(line)
        if masked != line:
            record.msg, record.args = masked, ()
        return True


def configuration(*, journal: Path, level: str) -> dict[str, Any]:
    """The setting LOGGING: everything to the console, and the heads of the journal to a file of their own."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"tokens": {"()": TokenFilter}},
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]},
            "journal": {
                "class": "logging.FileHandler",
                "filename": journal,
                "formatter": "line",
                "delay": True,
            },
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "ales.journal": {"handlers": ["journal"], "level": "INFO"},
            # Named, so that Django's own handlers, which mask nothing, are taken off.
            "django": {"level": "INFO"},
            "django.server": {"level": "WARNING"},
            "fontTools": {"level": "ERROR"},
            "pikepdf": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
