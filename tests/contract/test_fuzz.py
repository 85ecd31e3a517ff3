"""The running service against its own OpenAPI document, with generated requests: no 5xx, nothing undocumented."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import httpx
import pytest

from service.model.partners import SCOPES
from tests.contract.fuzzing.seeds import seed
from tests.contract.fuzzing.settings import settings
from tests.serving import ROOT, serving

# Many more, and with each of the values that a schema draws the line at:
# FUZZ_EXAMPLES=40 pytest -n 0 tests/contract/test_fuzz.py
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
LONG = EXAMPLES > 4
PHASES = "examples,coverage,fuzzing,stateful" if LONG else "fuzzing,stateful"
STEPS = 60 if LONG else 30
WALKED = 11 if LONG else 2  # rides at each step that only walks find
_LONGEST_S = 2 * 3600 if LONG else 600
LEAST_CASES = 10_000 if LONG else 300  # in each world
# Walks along the links end with the first one that the service answers otherwise when it is gone again, so there are
# some starts. Which part of the links they follow at least, all together; a test key may not follow those of partners
# and keys, and nothing leads to where trips are posted by the batch, or somebody is blocked.
STARTS = 6 if LONG else 1
LEAST_LINKS = {"live": 0.75, "sandbox": 0.6} if LONG else {"live": 0.1, "sandbox": 0.1}
MISSED = 0 if LONG else 8  # operations that a few calls may not have had the luck to do well
# Operations that no call of a world can have answered well, and why.
NEVER = {
    "live": {
        f"{method} /v1/sandbox/{name}": "a live key has no sandbox"
        for method, name in (("GET", "clock"), ("POST", "clock"), ("POST", "reset"), ("POST", "events"))
    },
    "sandbox": {
        f"{method} /v1/{path}": "a test key administers nothing"
        for path, methods in (
            ("audit", "GET"), ("partners", "GET POST"), ("partners/{partner_id}", "GET PATCH"),
            ("partners/{partner_id}/keys", "GET POST"), ("partners/{partner_id}/keys/{key_id}", "GET DELETE"),
            ("partners/{partner_id}/keys/{key_id}/rotate", "POST"),
        )
        for method in methods.split()
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(_LONGEST_S + 300)
@pytest.mark.parametrize("world", NEVER)
def test_generated_requests_meet_what_is_documented(tmp_path: Path, world: str) -> None:
    with serving(tmp_path / "data", batch_interval_s=1, hold_s=86_400) as service:
        test = ["--test"] if world == "sandbox" else []
        partner, other = (service.command("partners", "create", name)["id"] for name in ("fuzz", "aside"))
        key, aside = (
            service.command("keys", "create", owner, "--scopes", ",".join(SCOPES), *test)["key"]
            for owner in (partner, other)
        )
        operator = service.command("keys", "create", partner, "--operator")["key"]
        seeds = seed(service.client(key), service.client(operator), partner, WALKED)
        (tmp_path / "seeds.json").write_text(json.dumps(seeds.document()))
        (tmp_path / "schemathesis.toml").write_text(settings(seeds, key, aside, EXAMPLES, STEPS))
        runs = [fuzzed(service.url, tmp_path, start) for start in range(STARTS)]
        documented = operations_of(service.url)
    assert sum(number(r"Test cases:\s+(\d+) generated", out) for out in runs) >= LEAST_CASES
    followed = set((tmp_path / "followed.txt").read_text().splitlines())
    assert len(followed) >= LEAST_LINKS[world] * number(r"API Links:.*?(\d+) total", runs[0])
    answered = answers_by_operation(tmp_path / "answered.txt")
    never = {name for name in documented if not any(200 <= status < 300 for status in answered[name])}
    assert never >= set(NEVER[world])
    assert len(never) <= len(NEVER[world]) + MISSED, sorted(never)


def fuzzed(url: str, folder: Path, start: int) -> str:
    """Run all phases, or walks alone from another start; returns what was printed when nothing was found."""
    seed = int(os.environ.get("FUZZ_SEED", "1")) + start
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json",
            "--include-path-regex", "^/v1/", "--phases", "stateful" if start else PHASES, "--seed", str(seed),
            "--generation-database", "none", "--no-color",
        ],
        cwd=folder, capture_output=True, text=True, check=False, timeout=_LONGEST_S,
        env=os.environ | {
            "SCHEMATHESIS_HOOKS": "tests.contract.fuzzing.hooks", "FUZZ_FOLDER": str(folder), "PYTHONPATH": str(ROOT),
        },
    )  # fmt: skip
    (folder / f"out-{start}.txt").write_text(done.stdout)
    assert done.returncode == 0, f"{done.stdout[-40_000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def number(pattern: str, text: str) -> int:
    """Return a number that a text tells."""
    found = re.search(pattern, text)
    assert found is not None, pattern
    return int(found[1])


def operations_of(url: str) -> set[str]:
    """Return the operations of the service's document that are fuzzed, as the fuzzer names them."""
    paths = httpx.get(f"{url}/openapi.json").json()["paths"]
    return {f"{method.upper()} {path}" for path in paths if path.startswith("/v1/") for method in paths[path]}


def answers_by_operation(noted: Path) -> dict[str, set[int]]:
    """Return the statuses that each operation was answered with."""
    answered: dict[str, set[int]] = defaultdict(set)
    for line in noted.read_text().splitlines():
        name, _, status = line.rpartition(" ")
        answered[name].add(int(status))
    return answered
