"""File names people give, made safe to show and to send back."""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_LENGTH = 120
# Controls, invisible marks (right-to-left overrides among them), surrogates, private and unassigned signs.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_FORBIDDEN = re.compile(r'[<>:"|?*]+')


def clean_file_name(name: str, extension: str) -> str:
    """`name` without path, invisible characters or reserved signs, ending in `extension` (".pdf").

    At most 120 characters. `../../facture\\u202efdp.exe` gives `facturefdp.pdf`.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    normal = unicodedata.normalize("NFC", last)
    visible = "".join(c for c in normal if unicodedata.category(c) not in _HIDDEN or c in "\t\n")
    stem = _FORBIDDEN.sub("-", " ".join(visible.split()))
    stem = stem.rpartition(".")[0].strip(" .") if "." in stem else stem
    return (stem[: MAX_LENGTH - len(extension)].strip(" .") or "document") + extension


def extension_of(name: str) -> str:
    """The extension as typed, in lower case with its dot, "" without one."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()
