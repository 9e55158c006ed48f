"""The register of processing, from what each room declares of its tables: nothing is written twice."""

from dataclasses import dataclass

from django.utils.text import capfirst

from ales import registry
from ales.privacy.declarations import Treatment


@dataclass(frozen=True)
class DataCategory:
    """A table in the words of its labels, and what becomes of it."""

    title: str
    fields: list[str]
    fate: str


@dataclass(frozen=True)
class RegisterEntry:
    """A processing and the data it uses."""

    treatment: Treatment
    categories: list[DataCategory]


def _is_key(field) -> bool:
    """What only ties a row to its file: it was given no name, and says nothing of anybody."""
    return field.is_relation and str(field.verbose_name) == field.name.replace("_", " ")


def _category(declared) -> DataCategory:
    fields = [
        str(field.verbose_name)
        for field in declared.model._meta.local_concrete_fields
        if field.editable and not field.primary_key and not _is_key(field)
    ]
    if declared.deleted:
        fate = "supprimé à l’anonymisation du dossier"
    elif declared.cleared_with_accounts:
        fate = "effacé à l’anonymisation, les références comptables dix ans après le paiement"
    elif declared.cleared:
        fate = "textes et noms effacés à l’anonymisation"
    else:
        fate = "; ".join(dict.fromkeys(declared.kept.values())) or "montants, dates et codes seuls"
    return DataCategory(capfirst(str(declared.model._meta.verbose_name)), fields, fate)


def entries() -> list[RegisterEntry]:
    """Every processing in its order, with its data; reads no row."""
    return [
        RegisterEntry(
            treatment,
            [_category(d) for d in registry.personal_data if d.treatment == treatment.code],
        )
        for treatment in sorted(registry.treatments, key=lambda treatment: treatment.order)
    ]
