"""An audit that could ask nobody says so, and one that finds something fails."""

from __future__ import annotations

from typing import Any

from tools.audit import told_of

UNKNOWN = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited", "version": "2.4.6"}
SOUND: dict[str, Any] = {"name": "httpx", "version": "0.28.1", "vulns": []}
FAULTY = {"name": "h11", "version": "0.15", "vulns": [{"id": "GHSA-vqfr", "fix_versions": ["0.16.0"], "aliases": []}]}


def test_where_nobody_could_be_asked_it_is_said() -> None:
    lines, is_known = told_of({"dependencies": [UNKNOWN, UNKNOWN]})
    assert lines[0].startswith("NOT AUDITED")
    assert not is_known


def test_what_the_index_does_not_know_is_named_and_no_fault() -> None:
    lines, is_known = told_of({"dependencies": [SOUND, UNKNOWN]})
    assert lines[0] == "audited 1 of 2 packages, 0 vulnerabilities known"
    assert "numpy" in lines[1]
    assert not is_known


def test_a_known_vulnerability_is_named_with_what_mends_it() -> None:
    lines, is_known = told_of({"dependencies": [SOUND, FAULTY]})
    assert lines[-1] == "h11 0.15: GHSA-vqfr, mended in 0.16.0"
    assert is_known
