"""Components of the interface, as template tags (`{% load components %}`); shown together at /composants/.

Each tag checks its options and raises ValueError on one it doesn't know: a page with a typing error must fail
in the tests, not look slightly wrong. The functions return the context of `templates/components/<name>.html`,
so a view that answers htmx can call them too:
``render(request, "components/file_link.html", file_link(...))``.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import is_aware, localtime
from heroicons.templatetags.heroicons import heroicon_micro

from ales.dates import format_date
from ales.money import format_euros
from ales.pictures import Picture
from ales.text import format_size

register = template.Library()

# Tone -> icon shown when none is given: a tone is never carried by colour alone.
TONES = {
    "neutral": "minus-circle",
    "info": "information-circle",
    "progress": "clock",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "x-circle",
}
BUTTON_STYLES = ("primary", "secondary", "danger", "quiet", "link")
FILE_STATES = ("queued", "producing", "ready", "failed")
STEP_STATES = ("done", "current", "todo", "error")
PICTURE_TABLES = ("beside", "folded")
MESSAGE_TONES = {
    "debug": "neutral",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "danger",
}


def one_of(component: str, option: str, value: str, allowed: Iterable[str]) -> str:
    """Return `value` when it is allowed, else raise ValueError naming component, option and choices."""
    if value not in allowed:
        raise ValueError(f"{component}: {option}={value!r} is not one of {', '.join(allowed)}")
    return value


def required(component: str, **options: Any) -> None:
    """Raise ValueError when an option is empty (0 counts as given)."""
    for option, value in options.items():
        if value is None or value == "":
            raise ValueError(f"{component}: {option} is required")


def read(source: Any, name: str, default: Any = None) -> Any:
    """Read `name` of a dict or of an object."""
    return source.get(name, default) if isinstance(source, dict) else getattr(source, name, default)


def moment(value: datetime | date | str) -> str:
    """`1er mars 2026 à 14:32` (Paris time) of a datetime, `1er mars 2026` of a date, a text as it is."""
    if isinstance(value, datetime):
        value = localtime(value) if is_aware(value) else value
        return f"{format_date(value.date())} à {value:%H:%M}"
    return format_date(value) if isinstance(value, date) else value


@lru_cache(maxsize=512)
def _badge(tone: str, label: str, icon: str) -> SafeString:
    one_of("status_badge", "tone", tone, TONES)
    required("status_badge", label=label)
    if icon:
        svg = heroicon_micro(icon, size=14, aria_hidden="true")
    else:  # drawn once a page (layout/tone_icons.html): a list of fifty badges is a sixth lighter
        svg = format_html('<svg aria-hidden="true"><use href="#tone-{}"/></svg>', tone)
    return format_html('<span class="status-badge tone-{}">{}{}</span>', tone, svg, label)


@register.simple_tag
def status_badge(label: str, tone: str = "neutral", icon: str = "") -> SafeString:
    """A state in words, with its icon: readable without colour. Cached, fit for long lists."""
    return _badge(tone, str(label), icon)


@register.inclusion_tag("components/stat.html")
def stat(value: Any, label: str, help: str = "", tone: str = "", url: str = "") -> dict:
    """A figure with its label; `help` says what it counts."""
    required("stat", value=value, label=label)
    if tone:
        one_of("stat", "tone", tone, TONES)
    return {"value": value, "label": label, "help": help, "tone": tone, "url": url}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, text: str, icon: str = "inbox", action_url: str = "", action_label: str = ""
) -> dict:
    """What to do when a list is empty."""
    required("empty_state", title=title, text=text)
    if bool(action_url) != bool(action_label):
        raise ValueError("empty_state: action_url and action_label go together")
    return {
        "title": title,
        "text": text,
        "icon": icon,
        "action_url": action_url,
        "action_label": action_label,
    }


@register.inclusion_tag("components/action_button.html", takes_context=True)
def action_button(
    context: Any,
    verdict: Any,
    label: str,
    url: str = "",
    *,
    method: str = "post",
    style: str = "primary",
    icon: str = "",
    confirm: str = "",
    name: str = "",
    value: str = "",
) -> dict:
    """A button that obeys a verdict (`.allowed`, `.reason`): refused, it stays visible and says why.

    With `url` and method "post" it is a form of its own, with "get" a link; without `url` it is the submit
    button of the form around it. `confirm` is the id of a `confirm` dialog to open instead of submitting.
    """
    required("action_button", label=label)
    one_of("action_button", "method", method, ("post", "get"))
    if method == "get" and not url:
        raise ValueError('action_button: url is required with method="get"')
    if value and not name:
        raise ValueError("action_button: name and value go together")
    one_of("action_button", "style", style, BUTTON_STYLES)
    allowed, reason = read(verdict, "allowed"), read(verdict, "reason", "")
    if not isinstance(allowed, bool):
        raise ValueError("action_button: the verdict must have .allowed (True or False) and .reason")
    if not allowed and not reason:
        raise ValueError(f"action_button: {label!r} is refused without a reason")
    return {
        "allowed": allowed,
        "reason": reason,
        "label": label,
        "url": url,
        "method": method,
        "style": style,
        "icon": icon,
        "confirm": confirm,
        "name": name,
        "value": value,
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("components/explanation.html")
def explanation(explanation: Any, open: bool = False) -> dict:
    """A figure that opens into its formula, inputs and source.

    Takes an `ales.explanation.Explanation`, or the dict its `as_dict` froze; the steps open in turn.
    """
    title, result = read(explanation, "title"), read(explanation, "result")
    required("explanation", title=title, result=result)
    inputs = [tuple(pair) for pair in read(explanation, "inputs") or ()]
    if any(len(pair) != 2 for pair in inputs):
        raise ValueError("explanation: inputs must be pairs (label, value)")
    return {
        "title": title,
        "result": result,
        "formula": read(explanation, "formula") or "",
        "inputs": inputs,
        "steps": read(explanation, "steps") or (),
        "source": read(explanation, "source") or "",
        "open": open,
    }


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any]) -> dict:
    """What happened: each event has `at` (datetime, date or text), `what`, and `who`, `capacity`, `reason`,
    `tone`, `icon`, `url` or none."""
    rows = []
    for event in events:
        tone = one_of("timeline", "tone", read(event, "tone") or "neutral", TONES)
        row = {name: read(event, name) or "" for name in ("at", "who", "capacity", "what", "reason", "url")}
        required("timeline", at=row["at"], what=row["what"])
        row["at"] = moment(row["at"])
        rows.append(row | {"tone": tone, "icon": read(event, "icon") or TONES[tone]})
    return {"events": rows}


@register.inclusion_tag("components/steps.html")
def steps(items: Iterable[Any]) -> dict:
    """Progress of a form in several steps: `label`, `state` (done, current, todo, error), `url` or none."""
    rows = [{name: read(item, name) or "" for name in ("label", "state", "url")} for item in items]
    for row in rows:
        required("steps", label=row["label"])
        one_of("steps", "state", row["state"], STEP_STATES)
    current = next((index for index, row in enumerate(rows, 1) if row["state"] == "current"), None)
    return {"items": rows, "current": current, "current_label": rows[current - 1]["label"] if current else ""}


@register.inclusion_tag("components/stepper_nav.html")
def stepper_nav(previous_url: str = "", submit_label: str = "Continuer", later_url: str = "") -> dict:
    """The foot of a step: back, leave and come back later, go on."""
    required("stepper_nav", submit_label=submit_label)
    return {"previous_url": previous_url, "submit_label": submit_label, "later_url": later_url}


@register.inclusion_tag("components/definition_list.html")
def definition_list(items: Iterable[tuple[str, Any]]) -> dict:
    """Pairs (label, value); an empty value reads "Non renseigné"."""
    pairs = [tuple(item) for item in items]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("definition_list: items must be pairs (label, value)")
    return {"items": pairs}


@register.simple_tag
def money(amount: Any, total: bool = False) -> SafeString:
    """An amount in euros, aligned and never broken: `{% money aid.amount %}`; None prints a dash.

    Raises ValueError for anything but a Decimal or an integer: no float, no text.
    """
    if amount is None:
        return SafeString('<span class="money">–</span>')
    if not isinstance(amount, Decimal | int):
        raise ValueError(f"money: amount must be a Decimal or an integer, not {amount!r}")
    classes = "money" + (" money-total" if total else "") + (" money-negative" if amount < 0 else "")
    return format_html('<span class="{}">{}</span>', classes, format_euros(amount))


@register.inclusion_tag("components/file_link.html")
def file_link(
    name: str,
    *,
    kind: str = "PDF",
    size: int | None = None,
    state: str = "ready",
    url: str = "",
    poll_url: str = "",
    error: str = "",
    retry_url: str = "",
) -> dict:
    """A produced or uploaded file. `size` in bytes.

    While it is produced the element asks `poll_url` every two seconds and the answer takes its place: that
    view answers with this component.
    """
    required("file_link", name=name, kind=kind)
    one_of("file_link", "state", state, FILE_STATES)
    if state == "ready":
        required("file_link", url=url)
    elif state == "failed":
        required("file_link", error=error)
    else:
        required("file_link", poll_url=poll_url)
    return {
        "name": name,
        "kind": kind,
        "size": size,
        "state": state,
        "url": url,
        "poll_url": poll_url,
        "error": error,
        "retry_url": retry_url,
    }


@register.inclusion_tag("components/keyset_pager.html")
def keyset_pager(page: Any) -> dict:
    """Previous and next of a keyset page: `previous_url`, `next_url` (empty at an end), `summary`."""
    values = {name: read(page, name) for name in ("previous_url", "next_url", "summary")}
    if None in values.values():
        raise ValueError("keyset_pager: page must have previous_url, next_url and summary")
    return values


@register.inclusion_tag("components/filter_bar.html")
def filter_bar(form: Any, target: str = "", reset_url: str = "", kept: Any = ()) -> dict:
    """The filters of a list (a GET form). With `target`, a selector, the list follows the typing (htmx).

    `kept` are the pairs of name and value the form sends along (`Listing.kept`: the sort).
    """
    if target and not target.startswith("#"):
        raise ValueError(f"filter_bar: target={target!r} must be the #id of the list")
    return {"form": form, "target": target, "reset_url": reset_url, "kept": kept}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any) -> dict:
    """Every error of the forms, each with a link to its field. Prints nothing when there is none."""
    entries = []
    for form in forms:
        if not form.is_bound:
            continue
        entries += [{"target": "", "label": "", "text": text} for text in form.non_field_errors()]
        for field in form:
            entries += [
                {"target": field.id_for_label or f"{field.auto_id}_0", "label": field.label, "text": text}
                for text in field.errors
            ]
    return {"entries": entries}


@register.inclusion_tag("components/progress.html")
def progress(value: Any, maximum: Any, label: str, text: str = "", tone: str = "") -> dict:
    """How far something is; `text` is printed beside it ("3 sur 5"), else the percentage."""
    required("progress", value=value, maximum=maximum, label=label)
    if tone:
        one_of("progress", "tone", tone, TONES)
    if maximum <= 0 or not 0 <= value <= maximum:
        raise ValueError(f"progress: {value} of {maximum} is out of bounds")
    share = text or f"{int(value * 100 / maximum)} %"
    return {"value": str(value), "maximum": str(maximum), "label": label, "text": share, "tone": tone}


@register.inclusion_tag("components/picture.html")
def picture(drawn: Picture, table: str = "beside") -> dict:
    """A picture under its caption, with its table `beside` it, or `folded` where the page says it already.

    `ales.pictures` escapes every text it draws.
    """
    one_of("picture", "table", table, PICTURE_TABLES)
    return {"drawn": drawn, "svg": mark_safe(drawn.svg), "folded": table == "folded"}


@register.simple_block_tag
def card(content: str, title: str = "", icon: str = "", tone: str = "", level: int = 2) -> SafeString:
    """A surface with an optional title: `{% card title="Logement" icon="home" %}…{% endcard %}`."""
    if tone:
        one_of("card", "tone", tone, TONES)
    one_of("card", "level", str(level), ("2", "3"))
    if icon and not title:
        raise ValueError("card: icon and title go together")
    context = {"content": content, "title": title, "icon": icon, "tone": tone, "level": level}
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "", icon: str = "") -> SafeString:
    """A message in the page: `{% alert tone="warning" title="…" %}<p>…</p>{% endalert %}`."""
    one_of("alert", "tone", tone, TONES)
    context = {"content": content, "tone": tone, "title": title, "icon": icon or TONES[tone]}
    return render_to_string("components/alert.html", context)


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Any, content: str, *, id: str, title: str, url: str, label: str, style: str = "primary"
) -> SafeString:
    """A dialog that posts to `url`; its content may hold fields.

    Opened by `action_button(confirm=id)` or by any button with `data-dialog-open="id"`.
    """
    one_of("confirm", "style", style, ("primary", "danger"))
    required("confirm", id=id, title=title, url=url, label=label)
    values = {"content": content, "id": id, "title": title, "url": url, "label": label, "style": style}
    return render_to_string("components/confirm.html", values | {"csrf_token": context.get("csrf_token", "")})


@register.filter
def message_tone(level_tag: str) -> str:
    """The tone of a Django message level."""
    return MESSAGE_TONES.get(level_tag, "info")


@register.filter
def file_size(size: int) -> str:
    """`8,3 Ko` of a size in bytes."""
    return format_size(size)


@register.filter
def tone_icon(tone: str) -> str:
    """The icon of a tone."""
    one_of("tone_icon", "tone", tone, TONES)
    return TONES[tone]
