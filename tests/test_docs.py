"""The pages' links lead somewhere, and every metric and setting they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def test_every_metric_that_operators_are_told_of_exists() -> None:
    code = "".join(path.read_text() for path in (ROOT / "service").rglob("*.py"))
    named = set(re.findall(r"`(carpool_\w+?)(?:_total)?`", (ROOT / "docs" / "operations.md").read_text()))
    assert len(named) > 5
    assert {name for name in named if f'"{name}"' not in code} == set()
