"""A browser in three words, for its owner to recognise: family and system, nothing finer."""

import re

UNKNOWN = "Appareil inconnu"
# In this order: Edge and Opera also say Chrome, Chrome also says Safari.
FAMILIES = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux|X11"),
)


def describe(user_agent: str) -> str:
    """« Firefox sur Windows », or « Appareil inconnu »."""
    family, system = _first(FAMILIES, user_agent), _first(SYSTEMS, user_agent)
    if family and system:
        return f"{family} sur {system}"
    return family or system or UNKNOWN


def _first(choices: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in choices if re.search(pattern, user_agent)), "")
