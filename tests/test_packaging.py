"""What the image installs is what the package needs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_lock_file_holds_every_dependency_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[\[<>=!~;\s]", line)[0].lower() for line in project["dependencies"]}
    lock = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==[^\n]*\\\n\s+(--hash=sha256:[0-9a-f]{64})", lock, re.MULTILINE))
    assert len(needed) > 15
    assert needed - set(locked) == set()
