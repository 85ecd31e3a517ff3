"""Asks for known vulnerabilities of what requirements.lock names, and says plainly where nobody could be asked.

    python tools/audit.py               # needs pip-audit
    python tools/audit.py --required    # for a release

Exit 0: none is known, or nobody could be asked. Exit 1: some are, or with --required nobody could be asked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Audit(NamedTuple):
    """What to say, a line each; whether anybody could be asked, and whether a vulnerability is known."""

    lines: list[str]
    was_asked: bool
    is_known: bool


def told_of(document: Mapping[str, Any]) -> Audit:
    """Return what pip-audit's document says."""
    packages = document["dependencies"]
    asked = [one for one in packages if "vulns" in one]
    found = [(one, fault) for one in asked for fault in one["vulns"]]
    if not asked:
        return _not_asked(f"the index does not tell of vulnerabilities here; {len(packages)} packages")
    lines = [f"audited {len(asked)} of {len(packages)} packages, {len(found)} vulnerabilities known"]
    lines += [f"not known to the index: {one['name']} {one['version']}" for one in packages if "vulns" not in one]
    lines += [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for one, fault in found
    ]
    return Audit(lines, was_asked=True, is_known=bool(found))


def _not_asked(why: str) -> Audit:
    return Audit([f"NOT AUDITED: {why}"], was_asked=False, is_known=False)


def audit() -> Audit:
    """Have pip-audit ask the index."""
    done = subprocess.run(
        ["pip-audit", "-r", str(ROOT / "requirements.lock"), "--disable-pip", "--require-hashes", "-f", "json",
         "--progress-spinner", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        return told_of(json.loads(done.stdout))
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return _not_asked(f"pip-audit could not ask: {last}")


def main() -> None:
    """Audit, say what was found, and end with its code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--required", action="store_true", help="fail where nobody could be asked")
    options = parser.parse_args()
    found = audit()
    print("\n".join(found.lines))
    sys.exit(1 if found.is_known or (options.required and not found.was_asked) else 0)


if __name__ == "__main__":
    main()
