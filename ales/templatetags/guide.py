"""What pages and chapters of the guide show of it: links to a chapter, pictures of the screens."""

import re
from functools import lru_cache

from django import template
from django.contrib.staticfiles import finders
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from PIL import Image

from ales import registry
from ales.templatetags.components import required

register = template.Library()

#: French sets these apart by a space at which no line may break.
TAG = re.compile(r"(<[^>]*>)")
BEFORE, AFTER = re.compile(r" (?=[»:;?!%€])"), re.compile(r"(?<=«) ")
DIGITS = re.compile(r"(?<=\d) (?=\d{3}\b)")
#: Where `make screenshots` puts the pictures: NAME.webp, and NAME-telephone.webp for small screens.
FOLDER = "img/ecrans"


def _address(context: Context, slug: str, anchor: str) -> str:
    """Address of a chapter, '' when it isn't written for the reader; ValueError when there is none."""
    chapter = next((chapter for chapter in registry.chapters if chapter.slug == slug), None)
    if chapter is None:
        raise ValueError(f"the guide has no chapter {slug!r}")
    actor = context.get("actor")
    if actor is None or actor.role not in chapter.roles:
        return ""
    return reverse("guide:chapter", args=[slug]) + (f"#{anchor}" if anchor else "")


@register.filter(is_safe=True)
def french_spaces(html: str) -> SafeString:
    """The same page, unbreakable spaces inside « », before : ; ? ! % € and within numbers."""
    parts = TAG.split(html)
    for place in range(0, len(parts), 2):
        text = BEFORE.sub("\u00a0", parts[place])
        parts[place] = DIGITS.sub("\u202f", AFTER.sub("\u00a0", text))
    return mark_safe("".join(parts))


@register.inclusion_tag("components/learn_more.html", takes_context=True)
def learn_more(context: Context, slug: str, about: str, anchor: str = "") -> dict:
    """« En savoir plus » beside what is difficult: `about` says on what, in the words of the page.

    Nothing for a reader whose guide lacks that chapter. Raises ValueError for an unknown chapter.
    """
    required("learn_more", about=about)
    return {"url": _address(context, slug, anchor), "about": about}


@register.simple_tag(takes_context=True)
def chapter_link(context: Context, slug: str, text: str, anchor: str = "") -> SafeString | str:
    """A link from one chapter to another; plain text for a reader whose guide lacks it."""
    url = _address(context, slug, anchor)
    return format_html('<a href="{}">{}</a>', url, text) if url else text


@register.inclusion_tag("guide/_screen.html")
def screen(name: str, alt: str, caption: str) -> dict:
    """The picture of a screen; a chapter without its picture is still read (tests say which is missing)."""
    required("screen", alt=alt, caption=caption)
    desk, phone = _picture(name), _picture(f"{name}-telephone")
    return {"desk": desk, "phone": phone, "alt": alt, "caption": caption}


@lru_cache(maxsize=256)
def _picture(name: str) -> dict | None:
    path = f"{FOLDER}/{name}.webp"
    found = finders.find(path)
    if not found:
        return None
    with Image.open(found) as image:
        width, height = image.size
    return {"url": static(path), "width": width, "height": height}
