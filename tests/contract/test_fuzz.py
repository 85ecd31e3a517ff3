"""The running service against its own OpenAPI document, with generated requests: no 5xx, nothing undocumented."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.model.partners import SCOPES
from tests.serving import serving

# A store that is slow, as beside tests that kill and starve others, is answered for by 503 early: that is the contract.
# What keeps to the schema may yet break a rule that it can not say: a time that is over, a window that is too short.
CONFIG = """
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
checks.positive_data_acceptance.enabled = false

[[operations]]  # judge each item by itself, and answer 200
include-path-regex = ":batch$"
checks.negative_data_rejection.enabled = false

[[operations]]  # takes lines of JSON, which the program can not write
include-name = "POST /v1/imports"
enabled = false
"""


# Many more, also one call after the other: FUZZ_EXAMPLES=250 pytest -n 0 tests/contract/test_fuzz.py
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
LONG = EXAMPLES > 20
PHASES = "examples,coverage,fuzzing,stateful" if LONG else "examples,coverage,fuzzing"
_LONGEST_S = 4 * 3600 if LONG else 300


@pytest.mark.slow
@pytest.mark.timeout(_LONGEST_S + 100)
def test_generated_requests_meet_what_is_documented(tmp_path: Path) -> None:
    with serving(tmp_path / "data", batch_interval_s=1) as service:
        partner = service.command("partners", "create", "fuzz")["id"]
        (tmp_path / "schemathesis.toml").write_text(CONFIG)
        key = service.command("keys", "create", partner, "--scopes", ",".join(SCOPES))["key"]
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")), "run", f"{service.url}/openapi.json",
                "--header", f"Authorization: Bearer {key}", "--include-path-regex", "^/v1/",
                "--max-examples", str(EXAMPLES),
                "--exclude-path", "/v1/events/stream",  # it has no end that could be waited for
                "--phases", PHASES, "--seed", os.environ.get("FUZZ_SEED", "1"),
                "--generation-database", "none", "--no-color",
            ],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=_LONGEST_S,
        )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-40_000:]}\n{done.stderr[-4000:]}"
    tested = re.search(r"Test cases:\s+(\d+) generated", done.stdout)
    assert tested is not None
    assert int(tested[1]) > (20_000 if LONG else 300)
