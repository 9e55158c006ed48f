"""Typed text as it travels: posted, kept as a draft, given back to a form."""

from django.http import QueryDict

_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "remplir", "recalculer", "editer", "ajouter"})


def typed_text(data: QueryDict) -> dict[str, list[str]]:
    """What the person typed, by field, without the buttons and the token."""
    return {name: values for name, values in data.lists() if name not in _NOT_TYPED}


def as_query(data: dict[str, list[str]]) -> QueryDict:
    """A draft's text as a form reads it."""
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, values)
    return query


def with_a_row_more(data: QueryDict, prefix: str) -> QueryDict:
    """The typed data with an empty row more in the formset of that prefix; as it is for an unknown one.

    The formset itself bounds how many rows it reads.
    """
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    longer = data.copy()
    if total.isdecimal() and len(total) < 4:
        longer[f"{prefix}-TOTAL_FORMS"] = str(int(total) + 1)
    return longer
