"""From what was typed to groups of hits, best first. The rooms hang their sources onto `registry`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from ales.registry import Hit, SearchSource, search_sources_for
from ales.search import needles, ranking
from ales.search.needles import Query

#: Rows read and ranked for each one shown: reading them costs more than finding them.
RANKED = 5
#: Longest text looked for; a longer one is refused, not cut.
LONGEST = 100


@dataclass(frozen=True)
class Group:
    """Hits of one kind, best first. `more` says that there are others than those shown."""

    label: str
    icon: str
    hits: list[Hit]
    more: bool


def find(actor: Any, text: str, *, shown: int) -> list[Group]:
    """Groups of at most `shown` hits each, the kind of the best hit first; two queries a kind at most.

    Too little to look for gives no group.
    """
    query = needles.read(text)
    if not query:
        return []
    found = ((source, _ranked(query, source.find(actor, query, RANKED * shown))) for source in sources(actor))
    groups = [(ranked[0][0], source, ranked) for source, ranked in found if ranked]
    groups.sort(key=lambda group: group[0], reverse=True)
    return [
        Group(
            label=str(source.label),
            icon=source.icon,
            hits=[hit for _score, hit in ranked[:shown]],
            more=len(ranked) > shown,
        )
        for _best, source, ranked in groups
    ]


def sources(actor: Any) -> list[SearchSource]:
    """What this person may look through; none, no search box."""
    return search_sources_for(actor.role) if actor is not None else []


def _ranked(query: Query, hits: Iterable[Hit]) -> list[tuple[tuple[int, int], Hit]]:
    """Hits that match, best first; those that match as well stay in the order of the database."""
    scored = ((ranking.score(query, hit.words), hit) for hit in hits)
    kept = [(score, hit) for score, hit in scored if score is not None]
    return sorted(kept, key=lambda pair: pair[0], reverse=True)


def rows_of(queryset: QuerySet, query: Query, most: int) -> list[Model]:
    """Rows of `queryset` that match, at most `most`, the likeliest first; two queries.

    `queryset` is narrowed to what the actor may open already: the index only proposes keys.
    """
    keys = _keys(queryset.model._meta.db_table, query, most)
    if not keys:
        return []
    place = {key: rank for rank, key in enumerate(keys)}
    return sorted(queryset.filter(pk__in=keys), key=lambda row: place[row.pk])


def hits_of(queryset: QuerySet, query: Query, most: int, hit: Callable[[Any], Hit]) -> list[Hit]:
    """The same as Hits, each made by `hit(row)`."""
    return [hit(row) for row in rows_of(queryset, query, most)]


def _keys(table: str, query: Query, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM search_{table}(%s::tsquery, NULLIF(%s, '')::tsquery, %s::text[], %s)",
            [query.exact, query.tolerant, query.grams, most],
        )
        return list(dict.fromkeys(key for (key,) in cursor.fetchall()))
