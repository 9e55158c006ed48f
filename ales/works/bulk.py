"""One action on many things: planned, shown, confirmed, then done one by one in the background."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from ales import registry
from ales.works.lines import work_through
from ales.works.models import Asker, WorkLine
from ales.works.running import Hand, Next

PREFIX = "bulk:"
#: More would take minutes, and nobody reads such a confirmation.
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Choice:
    """What was chosen in a list: the rows ticked, or all that its filters show (`ids` empty)."""

    filters: QueryDict
    ids: tuple[UUID, ...] = ()


class Answers(forms.Form):
    """What an action asks on its confirming page; by itself, nothing more."""

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor


@dataclass(frozen=True)
class Bulk:
    """An action of a list.

    `plan` gives a line for each thing chosen, MOST_AT_ONCE + 1 at the most: outcome REFUSED with its reason
    in `detail` for what can't be done already. `treat` does one, by the ordinary operation, and says what it
    did; `answers` are what `form` asked on the confirming page, as text.
    """

    name: str
    list_name: str
    title: str
    button: str
    icon: str
    roles: frozenset[str]
    plan: Callable[[Any, Choice], Iterable[WorkLine]]
    treat: Callable[[Any, WorkLine, dict[str, str]], str]
    form: Callable[..., forms.Form] = Answers
    #: What happens, in a sentence, before one confirms.
    consequence: str = ""
    style: str = "secondary"
    order: int = 50
    #: Name of the page it is asked on, when that is no list with an export.
    page: str = ""
    family: str = "bulk"

    @property
    def code(self) -> str:
        return PREFIX + self.name

    @property
    def url_name(self) -> str:
        """Name of the list's page, or of the one it is asked on."""
        return self.page or registry.work_kinds[f"export:{self.list_name}"].url_name

    def may_ask(self, actor: Asker) -> bool:
        return actor.role in self.roles

    def advance(self, hand: Hand) -> Next:
        """Do the lines that wait, some seconds long."""
        answers = hand.work.params.get("answers", {})
        return work_through(hand, lambda actor, line: self.treat(actor, line, answers))


def actions_of(actor: Asker | None, list_name: str) -> list[Bulk]:
    """The actions this capacity has on a list, in their order."""
    kinds = registry.work_kinds.values()
    found = [kind for kind in kinds if kind.family == "bulk" and kind.list_name == list_name]
    return sorted((kind for kind in found if actor and kind.may_ask(actor)), key=lambda kind: kind.order)


def register(bulk: Bulk) -> None:
    """Make the action known; a room's hooks call it."""
    registry.work_kinds[bulk.code] = bulk
