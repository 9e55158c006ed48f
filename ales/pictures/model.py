"""What a picture is made of when it reaches a page or a document."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """The figures of a picture as texts: the first cell of each row is its heading."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.heads):
                raise ValueError(f"a row of {len(row)} cells under {len(self.heads)} heads: {row}")


@dataclass(frozen=True)
class Picture:
    """An SVG text under its caption, and its table; None where the table stands beside it already."""

    caption: str
    svg: str
    table: Table | None = None
