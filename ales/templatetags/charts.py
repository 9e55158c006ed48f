"""`{% chart svg title %}`: a chart as a figure of the page; its table stands beside it."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def chart(svg: str, caption: str) -> SafeString:
    """The SVG of `ales.charts` (which escapes every label) under its caption; nothing for an empty one."""
    if not svg:
        return mark_safe("")
    return format_html(
        '<figure class="chart-figure"><figcaption>{}</figcaption>'
        '<div class="chart-scroll" tabindex="0" role="group" aria-label="{}">{}</div></figure>',
        caption,
        caption,
        mark_safe(svg),
    )
