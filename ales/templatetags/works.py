"""What a list offers to do with its rows: export them, act on several (docs/works.md)."""

from typing import Any

from django import template

from ales import registry
from ales.works.bulk import actions_of
from ales.works.exports import FORMATS
from ales.works.imports import imports_of

register = template.Library()


def _list_context(context: template.Context, list_name: str) -> dict[str, Any]:
    """Raises KeyError for a list nobody exports: a page with a typing error must fail in the tests."""
    request = context["request"]
    export = registry.work_kinds[f"export:{list_name}"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "list_name": list_name,
        "filters": request.GET.urlencode(),
        "may_import": any(kind.url_name == export.url_name for kind in imports_of(request.actor)),
        "formats": list(FORMATS) if request.actor and export.may_ask(request.actor) else [],
        "has_columns": export.shape is not None,
    }


@register.inclusion_tag("works/_export.html", takes_context=True)
def export_list(context: template.Context, list_name: str) -> dict[str, Any]:
    """Buttons that export what the list shows; nothing where the capacity may not. Stands within what the
    filters replace, so that it always carries theirs."""
    return _list_context(context, list_name)


@register.inclusion_tag("works/_bulk_form.html", takes_context=True)
def bulk_form(context: template.Context, list_name: str) -> dict[str, Any]:
    """The form of a list whose rows can be ticked: boxes `o` of form "selection", within [data-selection]."""
    return _list_context(context, list_name)


@register.inclusion_tag("works/_bulk_bar.html", takes_context=True)
def bulk_bar(context: template.Context, list_name: str) -> dict[str, Any]:
    """The bar under such a list: what is ticked, the actions, the exports."""
    return _list_context(context, list_name) | {"actions": actions_of(context["request"].actor, list_name)}


@register.simple_tag(takes_context=True)
def bulk_is_open(context: template.Context, list_name: str) -> bool:
    """Whether this capacity may act on several rows of the list."""
    return bool(actions_of(context["request"].actor, list_name))
