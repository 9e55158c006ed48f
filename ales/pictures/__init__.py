"""Pictures as SVG text, the same on screen and on paper, each with its table.

Pure: no Django, no clock, no float. Amounts come in as whole cents (or any whole number) and become whole
units of the frame by integer division. Colours are presentation attributes, as paper prints them; on screen
static/css/pictures.css lays the theme's colours over them by class. Nothing is told by colour alone: each
look has its own hatching, each mark its shape, each value its text.
"""

from ales.pictures.bars import Bar, bars
from ales.pictures.gauge import gauge, strip
from ales.pictures.lanes import Lane, Mark, lanes
from ales.pictures.model import Picture, Table
from ales.pictures.scale import Segment
from ales.pictures.stacks import Group, Stack, stacks
from ales.pictures.trend import Series, trend

__all__ = [
    "Bar",
    "Group",
    "Lane",
    "Mark",
    "Picture",
    "Segment",
    "Series",
    "Stack",
    "Table",
    "bars",
    "gauge",
    "lanes",
    "stacks",
    "strip",
    "trend",
]
