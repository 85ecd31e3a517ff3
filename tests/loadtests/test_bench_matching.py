"""The bench runs every method that is installed, judges the plans, and refuses what it cannot do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.matchers.judge import Judge
from loadtests.matchers.methods import is_installed
from loadtests.matchers.options import check_options, parser_of, value_for
from loadtests.matchers.page import MARK
from loadtests.matchers.runs import run_method
from matching import instance_to_json, solve
from tests.loadtests.commute import draw_commute

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "loadtests" / "bench_matching.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    path = tmp_path / "corridor-24-1.json"
    path.write_text(json.dumps(instance_to_json(draw_commute(9, 15))))
    return path


def test_methods_are_run_judged_and_shown(tmp_path: Path, instance: Path) -> None:
    methods = ["engine", "greedy"]
    page, kept = tmp_path / "page.md", tmp_path / "runs.json"
    page.write_text(f"# Head\n{MARK}\n")
    run = bench(
        str(instance), "--methods", *methods, "--repeat", "engine=2", "--json", str(kept), "--markdown", str(page),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    runs = json.loads(kept.read_text())["runs"]
    assert sorted(run["method"] for run in runs) == sorted(["engine", *methods])
    best = next(run for run in runs if run["method"] == "engine")
    assert best["score"] == best["bound"] > 0
    for found in runs:
        assert found["error"] is None
        assert found["faults"] == []
        assert 0 < found["score"] <= best["bound"]
        assert found["peak_mb"] >= found["before_mb"] > 20
    assert run.stdout.splitlines()[0].startswith("processor ")
    shown = [line.split()[:2] for line in run.stdout.splitlines() if line.startswith("corridor-24-1 ")]
    assert all(shown.count(["corridor-24-1", method]) >= 2 for method in methods), run.stdout  # plans, stages
    assert f"| corridor-24-1 | engine | {best['score']:,} | {best['served']} of 15 | 0.000 % |" in page.read_text()


def test_it_fails_where_the_engine_was_better_before(tmp_path: Path, instance: Path) -> None:
    history = tmp_path / "history.jsonl"
    words = (str(instance), "--methods", "engine", "--history", str(history))
    assert bench(*words).returncode == 0
    line = json.loads(history.read_text())
    history.write_text(json.dumps(line | {"score": line["score"] + 100, "seconds": 60.0, "peak_mb": 9999.0}) + "\n")
    again = bench(*words)
    assert again.returncode == 1, again.stderr
    assert again.stdout.splitlines()[-1].split()[-1] == "worse"
    assert len(history.read_text().splitlines()) == 2


@pytest.mark.parametrize("method", ["routing", "vroom-0", "vroom-0-pinned"])
def test_other_solvers_plans_keep_the_rules(instance: Path, method: str) -> None:
    if not is_installed(method):
        pytest.skip("pyvroom is not installed (the bench extra)")
    judge = Judge(instance, None)
    run = run_method(method, instance, judge, 1.0, 60)
    assert (run.error, run.faults, run.mended) == (None, [], 0)
    assert 0 < (run.score or 0) <= solve(judge.instance).bound


def test_a_run_that_takes_too_long_is_ended_and_told(instance: Path) -> None:
    run = run_method("greedy", instance, Judge(instance, None), None, 0.05)
    assert run.error == "no plan after 0.05 s"


def test_a_referee_s_objections_count(tmp_path: Path, instance: Path) -> None:
    referee = tmp_path / "referee.py"
    referee.write_text("print('rule 10: too yellow'); print({}); raise SystemExit(1)")
    judge = Judge(instance, referee)
    _, faults = judge.judge({"matches": [], "score": 0, "bound": 0, "bound_scope": "restricted"})
    assert faults == [f"the referee {referee}: rule 10: too yellow"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name instance files"),
        (["none.json"], "there is no file none.json"),
        (["--generate", "amsterdam:10:1"], "--generate needs --generator PATH"),
        (["--generate", "amsterdam:ten:1"], "is not CITY:TRIPS:SEED"),
        (["--methods", "vroom-9"], "'vroom-9' is none of engine, parts, greedy, routing"),
        (["--time-limit", "engine=0"], "'0' is not a number of seconds above 0"),
        (["--repeat", "magic=2"], "'magic' is none of"),
    ],
)
def test_what_it_cannot_do_is_said(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = parser_of("")
    with pytest.raises(SystemExit) as ended:
        check_options(parser, parser.parse_args(arguments))
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_page_s_runs_are_what_the_command_takes() -> None:
    options = parser_of("").parse_args([f"@{ROOT / 'loadtests' / 'performance.args'}"])
    assert len(options.generate) > 5
    assert {"engine", "greedy", "routing", "vroom-0", "vroom-3"} <= {method.name for method in options.methods}
    assert value_for("engine", options.repeat, 1) == 3
    large = parser_of("").parse_args([f"@{ROOT / 'loadtests' / 'performance-large.args'}"])
    assert large.earlier == [options.json]
    assert max(drawing.trips for drawing in large.generate) == 100_000
    assert MARK in (ROOT / large.markdown).read_text()
