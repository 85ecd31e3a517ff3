"""An audit that could ask nobody says so, and one that finds something fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.audit import ROOT, told_of

UNKNOWN = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited", "version": "2.4.6"}
SOUND: dict[str, Any] = {"name": "httpx", "version": "0.28.1", "vulns": []}
FAULTY = {"name": "h11", "version": "0.15", "vulns": [{"id": "GHSA-vqfr", "fix_versions": ["0.16.0"], "aliases": []}]}


def test_where_nobody_could_be_asked_it_is_said() -> None:
    lines, was_asked, is_known = told_of({"dependencies": [UNKNOWN, UNKNOWN]})
    assert lines[0].startswith("NOT AUDITED")
    assert not was_asked
    assert not is_known


def test_what_the_index_does_not_know_is_named_and_no_fault() -> None:
    lines, _, is_known = told_of({"dependencies": [SOUND, UNKNOWN]})
    assert lines[0] == "audited 1 of 2 packages, 0 vulnerabilities known"
    assert "numpy" in lines[1]
    assert not is_known


def test_a_known_vulnerability_is_named_with_what_mends_it() -> None:
    lines, _, is_known = told_of({"dependencies": [SOUND, FAULTY]})
    assert lines[-1] == "h11 0.15: GHSA-vqfr, mended in 0.16.0"
    assert is_known


@pytest.mark.parametrize(("says", "words", "code"), [
    ("'no route'", (), 0), ("'no route'", ("--required",), 1),
    ("""'{"dependencies": [{"name": "h11", "version": "1", "vulns": []}]}'""", ("--required",), 0),
    ("""'{"dependencies": [{"name": "h11", "version": "1", "vulns": [{"id": "X", "fix_versions": []}]}]}'""", (), 1),
])  # fmt: skip
def test_a_release_needs_somebody_to_have_been_asked(
    tmp_path: Path, says: str, words: tuple[str, ...], code: int
) -> None:
    auditor = tmp_path / "pip-audit"
    auditor.write_text(f"#!/bin/sh\necho {says}\n")
    auditor.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, str(ROOT / "tools" / "audit.py"), *words]
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
