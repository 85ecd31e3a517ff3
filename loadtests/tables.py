"""Tables of figures, for a terminal or for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Table(NamedTuple):
    """A title, column heads and rows of words. `words`: the heads of the columns that stand left."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: frozenset[str] = frozenset()


def as_text(table: Table) -> str:
    """Return a table in columns."""
    lines = [table.heads, *table.rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(table.heads))]

    left = [table.heads[n] in table.words for n in range(len(table.heads))]

    def aligned(line: tuple[str, ...]) -> str:
        sides = [str.ljust if words else str.rjust for words in left]
        return "  ".join(side(word, width) for side, word, width in zip(sides, line, widths, strict=True)).rstrip()

    return "\n".join([f"{table.title}:", *map(aligned, lines)])


def as_markdown(table: Table, level: int = 2) -> str:
    """Return a table of a page under its heading of a level."""
    marks = ["---" if table.heads[n] in table.words else "---:" for n in range(len(table.heads))]
    lines = [f"{'#' * level} {table.title}", "", *(_line(line) for line in (table.heads, tuple(marks), *table.rows))]
    return "\n".join(lines)


def _line(words: Sequence[str]) -> str:
    return f"| {' | '.join(words)} |"
