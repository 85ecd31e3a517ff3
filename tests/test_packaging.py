"""What the image installs is what the package needs, under licences that are told."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tools import licences

ROOT = Path(__file__).resolve().parents[1]


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~;\s]", line)[0].lower() for line in requirements}


def locked_by(name: str) -> set[str]:
    lock = (ROOT / name).read_text()
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==[^\n]*\\\n\s+--hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE))


def test_the_lock_files_hold_every_dependency_with_a_hash() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = names_of(pyproject["project"]["dependencies"])
    assert len(needed) > 15
    assert needed - locked_by("requirements.lock") == set()
    assert names_of(pyproject["build-system"]["requires"]) - locked_by("requirements-build.lock") == set()


def test_the_table_of_licences_is_that_of_the_lock_file() -> None:
    told = licences.table_of(licences.PAGE.read_text())
    assert {name: version for name, (version, _) in told.items()} == licences.locked()
    for name, (version, licence) in told.items():
        with suppress(PackageNotFoundError):
            found = distribution(name)
            if found.version == version:
                assert licences.licence_of(found) == licence, name


KNOWN = {
    "Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Zlib", "CC0-1.0", "PSF-2.0",
    "MPL-2.0", "LLVM-exception",
}  # fmt: skip


def test_nothing_is_shipped_that_asks_users_to_publish_their_own() -> None:
    for name, (_, licence) in licences.table_of(licences.PAGE.read_text()).items():
        words = set(re.findall(r"[\w.-]+", licence)) - {"AND", "OR", "WITH"}
        assert words <= KNOWN, f"{name} is under {licence}: read it, then add it here"
