"""Asks for known vulnerabilities of what requirements.lock names, and says plainly where nobody could be asked.

    python tools/audit.py          # needs pip-audit

Exit 0: none is known, or nobody could be asked. Exit 1: some are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def told_of(document: Mapping[str, Any]) -> tuple[list[str], bool]:
    """Return what to say of pip-audit's document, a line each, and whether a vulnerability is known."""
    packages = document["dependencies"]
    asked = [one for one in packages if "vulns" in one]
    found = [(one, fault) for one in asked for fault in one["vulns"]]
    if not asked:
        return [f"NOT AUDITED: the index does not tell of vulnerabilities here; {len(packages)} packages"], False
    lines = [f"audited {len(asked)} of {len(packages)} packages, {len(found)} vulnerabilities known"]
    lines += [f"not known to the index: {one['name']} {one['version']}" for one in packages if "vulns" not in one]
    return lines + [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for one, fault in found
    ], bool(found)


def main() -> None:
    """Audit, say what was found, and end with its code."""
    done = subprocess.run(
        ["pip-audit", "-r", str(ROOT / "requirements.lock"), "--disable-pip", "--require-hashes", "-f", "json",
         "--progress-spinner", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        document = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"NOT AUDITED: pip-audit could not ask: {last}")
        return
    lines, is_known = told_of(document)
    print("\n".join(lines))
    sys.exit(1 if is_known else 0)


if __name__ == "__main__":
    main()
