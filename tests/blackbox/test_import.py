"""`carpool import`: a file posted from the terminal, and an exit code that says whether all of it was taken."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.factories import offer_body, request_body
from tests.serving import COMMAND, ROOT, serving


def test_a_file_is_posted_and_its_errors_are_told(tmp_path: Path) -> None:
    morning = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    times = {
        "earliest_departure": morning.isoformat(), "latest_arrival": (morning + timedelta(hours=2)).isoformat()
    }  # fmt: skip
    lines = [{"kind": "request", **request_body(**times, commuter_id=f"c{n}", external_id=f"x{n}")} for n in range(700)]
    lines.append({"kind": "offer", **offer_body(**times, external_id="x", seats=9)})
    path, errors = tmp_path / "trips.ndjson", tmp_path / "errors.ndjson"

    with serving(tmp_path / "data") as service:
        partner = service.command("partners", "create", "acme")["id"]
        key = service.command("keys", "create", partner)["key"]

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            return subprocess.run(
                [*COMMAND, "import", str(path), "--key", key, *words], cwd=ROOT, env=service.environ, check=False,
                capture_output=True, text=True, timeout=240,
            )  # fmt: skip

        first = run("--json", "--errors", str(errors))
        done = json.loads(first.stdout)
        assert (first.returncode, done["posted"], done["known"], done["refused"]) == (1, 700, 0, 1), first.stderr
        (fault,) = map(json.loads, errors.read_text().splitlines())
        assert (fault["line"], fault["pointer"]) == (701, "/seats")
        assert "of 701 lines" in first.stderr

        lines[-1]["seats"] = 3
        second = run()
        assert second.returncode == 0, second.stderr
        assert second.stdout == "completed: 1 posted, 700 known already, 0 refused\n"

        lost = subprocess.run(
            [*COMMAND, "import", str(tmp_path / "nothing"), "--key", key], cwd=ROOT, env=service.environ, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert (lost.returncode, lost.stderr.count("\n")) == (2, 1)
