"""The figures between two marks of a page that people write around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from loadtests.tables import Table, as_markdown

BEGIN = "<!-- Written by loadtests/bench_store.py: {name}. -->"
END = "<!-- End of {name}. -->"


class NoMark(Exception):
    """A page has no place for some figures."""

    def __init__(self, page: Path, name: str) -> None:
        super().__init__(f"{page} has no lines {BEGIN.format(name=name)!r} and {END.format(name=name)!r}")


def check_page(page: Path, names: Sequence[str]) -> None:
    """Raise NoMark before anything is measured in vain."""
    text = page.read_text() if page.is_file() else ""
    for name in names:
        if not _between(name).search(text):
            raise NoMark(page, name)


def write_page(page: Path, name: str, told: str, tables: Sequence[Table]) -> None:
    """Replace what stands between the marks of a part; `told` comes first. Raises NoMark."""
    check_page(page, [name])
    figures = "\n\n".join([told, *(as_markdown(table, 3) for table in tables)])
    text = f"{BEGIN.format(name=name)}\n{figures}\n{END.format(name=name)}"
    page.write_text(_between(name).sub(lambda _: text, page.read_text()))


def _between(name: str) -> re.Pattern[str]:
    return re.compile(f"{re.escape(BEGIN.format(name=name))}\n.*?{re.escape(END.format(name=name))}", re.DOTALL)
