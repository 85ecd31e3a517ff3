"""The command line refuses what is wrong with one line and exit 2, and `match` names the pointer."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from matching import certified_to_json, solve
from tests.matching.crowds import crowd
from tests.serving import COMMAND, ROOT, environ


def run(*words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=environ(**settings), capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("match", "x.json", "--time-limit", "soon"), "--time-limit"),
        (("serve", "--prot", "1"), "--prot"),
        (("serve", "--port", "99999"), "CARPOOL_PORT"),
        (("keys",), "Missing command"),
        (("frobnicate",), "frobnicate"),
        (("match", "no-such-file.json"), "no-such-file.json"),
        (("verify", "pyproject.toml", "plan.json"), "pyproject.toml: /: is not JSON"),
        (("verify", "no-such-file.json", "plan.json"), "no-such-file.json"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(words: tuple[str, ...], named: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("carpool: ")
    assert named in line


def test_the_version_is_that_of_the_package() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.strip()) == (0, version("carpool"))


def test_help_names_every_command_and_what_it_does() -> None:
    lines = {line.split()[0]: line.split()[1:] for line in run("--help").stdout.splitlines() if line.startswith("  ")}
    for command in (
        "serve",
        "api",
        "matcher",
        "deliverer",
        "match",
        "verify",
        "demo",
        "doctor",
        "backup",
        "restore",
        "openapi",
        "check",
        "acl",
        "statistics",
    ):
        assert len(lines[command]) > 2
        assert run(command, "--help").stdout.startswith(f"Usage: carpool {command} ")
    for group in ("partners", "keys", "markets"):
        assert len(lines[group]) > 2
        assert "Commands:" in run(group, "--help").stdout


def test_matching_a_file_loads_no_part_of_the_service(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text('{"offers": [], "requests": []}')
    program = (
        f"import sys; sys.argv = ['carpool', 'match', {str(path)!r}]\nfrom service.cli import main\ntry:\n    main()\n"
    )
    program += "finally:\n    print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    loaded = done.stderr.splitlines()[-1].split()
    assert "matching.solve" in loaded
    assert not {"redis", "structlog", "fastapi", "service.settings", "service.store"} & set(loaded)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ('{"offers": [], "requests": [{"id": 5}]}', "/requests/0/"),
        ("[]", "/: "),
        ("{", "/: is not JSON"),
        ('{"offers": [], "requests": [], "excluded": [["a", "b"]]}', "/excluded/0/"),
        ('{"offers": [], "requests": [], "boarding_s": NaN}', "/boarding_s"),
    ],
)
def test_a_bad_instance_is_pointed_at(tmp_path: Path, document: str, pointer: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(document)
    done = run("match", str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert pointer in line


def test_match_prints_a_plan_and_nothing_else_to_standard_output(tmp_path: Path) -> None:
    trip = {
        "origin": {"lat": 52.30, "lon": 4.86}, "destination": {"lat": 52.37, "lon": 4.90},
        "earliest_departure": "2026-11-24T07:30:00+01:00", "latest_arrival": "2026-11-24T08:45:00+01:00", "seats": 1,
    }  # fmt: skip
    path = tmp_path / "instance.json"
    path.write_text(
        json.dumps({"offers": [{**trip, "id": "o", "max_detour_s": 900}], "requests": [{**trip, "id": "r"}]})
    )
    plan = json.loads(run("match", str(path)).stdout)
    assert [match["requests"] for match in plan["matches"]] == [["r"]]
    assert plan["bound"] == plan["score"]
    assert plan["timing_s"]["total"] > 0
    written = tmp_path / "plan.json"
    assert run("match", str(path), "-o", str(written), "--time-limit", "5").stdout == ""
    assert json.loads(written.read_text())["matches"] == plan["matches"]


def test_plan_with_a_certificate_is_verified_and_one_that_was_changed_is_not(tmp_path: Path) -> None:
    trip = {
        "origin": {"lat": 52.30, "lon": 4.86}, "destination": {"lat": 52.37, "lon": 4.90},
        "earliest_departure": "2026-11-24T07:30:00+01:00", "latest_arrival": "2026-11-24T08:45:00+01:00", "seats": 1,
    }  # fmt: skip
    instance, plan = tmp_path / "instance.json", tmp_path / "plan.json"
    instance.write_text(
        json.dumps({"offers": [{**trip, "id": "o", "max_detour_s": 900}], "requests": [{**trip, "id": "r"}]})
    )
    assert run("match", str(instance), "-o", str(plan), "--certificate").returncode == 0
    good = run("verify", str(instance), str(plan))
    assert good.returncode == 0
    assert good.stdout.splitlines()[-1] == "verdict  good: the plan keeps all rules, and no plan scores more"
    assert "pricing: 0 of 1" in good.stderr

    stopped = run("verify", str(instance), str(plan), "--most-steps", "2")
    assert (stopped.returncode, stopped.stdout) == (3, "")
    assert stopped.stderr.splitlines()[-1] == (
        f"carpool: {plan}: undecided: 2 steps did not decide whether the plan is good; allow more (see --most-steps)"
    )

    document = json.loads(plan.read_text())
    plan.write_text(json.dumps({**document, "score": 1}))
    wrong = run("verify", str(instance), str(plan))
    assert wrong.returncode == 1
    assert f"wrong    the plan says score 1, it is {document['score']}" in wrong.stdout.splitlines()

    plan.write_text(json.dumps({**document, "certificate": {"offers": {"o": "dear"}}}))
    unusable = run("verify", str(instance), str(plan))
    assert (unusable.returncode, unusable.stdout) == (2, "")
    assert unusable.stderr == f"carpool: {plan}: /certificate/offers/o: must be a number, not a string\n"


def test_one_file_is_verified_alone(tmp_path: Path) -> None:
    instance = crowd(0, 5, 7)
    document = certified_to_json(instance, solve(instance))
    file = tmp_path / "certificate.json"

    def verdict(text: str) -> subprocess.CompletedProcess[str]:
        file.write_text(text)
        return run("verify", str(file))

    good = verdict(json.dumps({"batch_id": "bat_1", **document}))
    assert good.returncode == 0
    assert good.stdout.splitlines()[-1].startswith("verdict  good")

    wrong = verdict(json.dumps({**document, "plan": {**document["plan"], "bound": document["plan"]["bound"] - 1}}))
    assert wrong.returncode == 1
    assert "wrong    " in wrong.stdout

    for text, words in (
        (json.dumps(document["instance"]), "is an instance; name its plan, too"),
        (json.dumps({**document, "plan": {}}), "/plan/matches: is required and missing"),
        ("[]", "/: must be an object, not an array"),
        ("[" * 100_000, "/: is not JSON"),
    ):
        unusable = verdict(text)
        assert (unusable.returncode, unusable.stdout) == (2, "")
        (line,) = unusable.stderr.splitlines()
        assert line.startswith(f"carpool: {file}: {words}")
