"""The figures as the second half of a page whose first half people write."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from loadtests.machine import told_of
from loadtests.tables import Table, as_markdown

MARK = "<!-- What follows is written by loadtests/bench_matching.py --markdown. -->"


class NoMark(Exception):
    """A page has no line after which the figures go."""

    def __init__(self, page: Path) -> None:
        super().__init__(f"{page} has no line {MARK!r}, after which the figures go")


def figures_of(machine: dict[str, str], tables: Sequence[Table], pictures: Sequence[Path], folder: Path) -> str:
    """Return the figures in Markdown, for a page in a folder."""
    links = [f"![{picture.stem}]({os.path.relpath(picture, folder)})" for picture in pictures]
    return "\n\n".join([told_of(machine), *map(as_markdown, tables), *links]) + "\n"


def check_page(page: Path) -> None:
    """Raise NoMark before anything is measured in vain."""
    if not page.is_file() or MARK not in page.read_text():
        raise NoMark(page)


def write_page(page: Path, figures: str) -> None:
    """Replace what follows the mark."""
    check_page(page)
    head, _, _ = page.read_text().partition(MARK)
    page.write_text(f"{head}{MARK}\n{figures}")
