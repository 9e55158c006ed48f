"""Columns and views of one's own lists. Each keeps to the rows of the person who asks."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError
from ales.lists.models import ListColumns, SavedView
from ales.lists.shape import ListShape

#: Views of one list that a person may keep: more could not be read above it.
MOST_VIEWS = 12
LONGEST_NAME = SavedView._meta.get_field("name").max_length
LONGEST_QUERY = SavedView._meta.get_field("query").max_length


@transaction.atomic
def choose_columns(*, actor: Any, shape: ListShape, shown: Iterable[str]) -> None:
    """Show these columns of the list, and those that are always shown."""
    wanted = set(shown)
    hidden = [c.key for c in shape.columns if not c.is_fixed and c.key not in wanted]
    ListColumns.objects.update_or_create(
        user_id=actor.user_id, list_code=shape.code, defaults={"hidden": hidden}
    )


@transaction.atomic
def save_view(*, actor: Any, shape: ListShape, name: str, query: str) -> SavedView:
    """Keep filters and sort under a name; a view of that name takes the new. Raises InvalidInputError."""
    name = _checked(name)
    kept = shape.kept_of(QueryDict(query))
    if not kept:
        raise InvalidInputError(
            _(
                "Choisissez d’abord un filtre ou un tri : une vue les garde, mais jamais les mots cherchés,"
                " qui peuvent nommer un ménage."
            )
        )
    if len(kept) > LONGEST_QUERY:
        raise InvalidInputError(_("Ces filtres sont trop longs pour être gardés."))
    own = SavedView.objects.filter(user_id=actor.user_id, list_code=shape.code)
    found = own.filter(name=name).first()
    if found is None and own.count() >= MOST_VIEWS:
        raise InvalidInputError(
            _("Une liste garde %(most)s vues au plus : supprimez-en une.") % {"most": MOST_VIEWS}
        )
    view = found or SavedView(user_id=actor.user_id, list_code=shape.code, name=name)
    view.query = kept
    view.save()
    return view


@transaction.atomic
def rename_view(*, actor: Any, view_id: UUID, name: str) -> SavedView:
    """Give one's view another name. Raises InvalidInputError; 404 for another person's."""
    view = own_view(actor, view_id)
    name = _checked(name)
    others = SavedView.objects.filter(user_id=actor.user_id, list_code=view.list_code, name=name)
    if others.exclude(pk=view.pk).exists():
        raise InvalidInputError(_("Vous avez déjà une vue de ce nom."))
    view.name = name
    view.save(update_fields=["name"])
    return view


@transaction.atomic
def toggle_default(*, actor: Any, view_id: UUID) -> SavedView:
    """Open this view first from now on, or no longer. 404 for another person's."""
    view = own_view(actor, view_id)
    others = SavedView.objects.filter(user_id=actor.user_id, list_code=view.list_code, is_default=True)
    others.exclude(pk=view.pk).update(is_default=False)
    view.is_default = not view.is_default
    view.save(update_fields=["is_default"])
    return view


@transaction.atomic
def delete_view(*, actor: Any, view_id: UUID) -> SavedView:
    """404 for another person's."""
    view = own_view(actor, view_id)
    view.delete()
    return view


def own_view(actor: Any, view_id: UUID) -> SavedView:
    """The person's own view; 404 for any other."""
    return get_object_or_404(SavedView, user_id=actor.user_id, public_id=view_id)


def _checked(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise InvalidInputError(_("Donnez un nom à la vue, par exemple « Mes dossiers ouverts »."))
    if len(name) > LONGEST_NAME:
        raise InvalidInputError(
            _("Ce nom est trop long : %(most)s caractères au plus.") % {"most": LONGEST_NAME}
        )
    return name
