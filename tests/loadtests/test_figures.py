"""Figures are medians of runs, and times to a gap come from what a run knew at the time."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from loadtests.matchers.figures import growth_of, rows_of
from loadtests.matchers.page import MARK, NoMark, figures_of, write_page
from loadtests.matchers.plots import draw_plots
from loadtests.matchers.runs import Run
from loadtests.matchers.tables import tables_of
from loadtests.tables import as_text


def engine(seconds: float, trips: int = 1000, **changes: object) -> Run:
    trace = [(0.1 * seconds, None, 1100), (0.4 * seconds, 990, 1000), (0.5 * seconds, 997, 1000), (seconds, 1000, 1000)]
    run = Run(
        f"city-{trips}-1", trips, 500, "engine", seconds, {"solve": seconds}, trace, 200.0, 150.0, 0, 1000, 400, 1000,
        "complete", [],
    )  # fmt: skip
    return dataclasses.replace(run, **changes)


def other(method: str, score: int, seconds: float) -> Run:
    stages = {"search": seconds}
    return Run("city-1000-1", 1000, 500, method, seconds, stages, [], 300.0, 150.0, 1, score, 300, faults=[])


def test_rows_hold_medians_leads_and_the_engine_s_head_start() -> None:
    runs = [engine(1.0), engine(3.0), engine(2.0), other("greedy", 800, 4.0), other("vroom-0", 995, 10.0)]
    mine, greedy, vroom = rows_of(runs)
    assert (mine.runs, mine.seconds, mine.gap_percent) == (3, 2.0, 0.0)
    assert mine.until_s == {10.0: 0.8, 1.0: 1.0, 0.5: 1.0, 0.25: 2.0, 0.1: 2.0}
    assert mine.vs_greedy_percent == pytest.approx(25.0)
    assert mine.vs_vroom_percent == pytest.approx(100 * (1000 / 995 - 1))
    assert greedy.gap_percent == pytest.approx(25.0)
    assert (greedy.engine_as_good_s, vroom.engine_as_good_s) == (0.8, 1.0)
    last = as_text(tables_of([mine, greedy, vroom])[3]).splitlines()[-1]
    assert last.split() == ["city-1000-1", "vroom-0", "995", "10.00", "1.000", "10.0", "5.0"]


def test_a_gap_that_was_never_proven_has_no_time() -> None:
    cut = engine(1.0, trace=[(0.5, 900, 1000)], score=993, bound=1000)
    assert rows_of([cut])[0].until_s == {10.0: 1.0, 1.0: 1.0, 0.5: None, 0.25: None, 0.1: None}


def test_growth_is_the_exponent_through_the_sizes() -> None:
    runs = [engine(0.001 * trips**1.5, trips, pairs=trips**2) for trips in (1000, 3000, 10000)]
    growth = growth_of(rows_of(runs), 1.0)["city"]
    assert [trips for trips, _ in growth.points] == [1000, 3000, 10000]
    assert growth.exponent == pytest.approx(1.5)
    assert growth.pairs_exponent == pytest.approx(2.0)
    assert "10,000: 100,000,000" in as_text(tables_of(rows_of(runs))[-1])


def test_a_run_without_a_plan_says_why() -> None:
    rows = rows_of([engine(1.0), Run("city-1000-1", 1000, 500, "vroom-5", error="no plan after 3600 s")])
    assert "no plan after 3600 s" in as_text(tables_of(rows)[0])


def test_runs_survive_json() -> None:
    run = engine(1.0)
    back = Run(**json.loads(json.dumps(dataclasses.asdict(run))))
    assert rows_of([back]) == rows_of([run])


def test_pictures_are_drawn_for_what_was_measured(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (the bench extra)")
    runs = [engine(1.0), other("vroom-0", 995, 10.0)]
    assert [path.name for path in draw_plots(runs, rows_of(runs), tmp_path)] == ["gap.png", "methods.png"]
    runs.append(engine(9.0, trips=9000))
    assert [path.name for path in draw_plots(runs, rows_of(runs), tmp_path)] == ["gap.png", "methods.png", "growth.png"]
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_keeps_its_head_and_gets_new_figures(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Head\n\n{MARK}\nold figures\n")
    tables = tables_of(rows_of([engine(1.0)]))
    write_page(page, figures_of({"processor": "Z80, 1 core"}, tables, [tmp_path / "plots" / "gap.png"], tmp_path))
    text = page.read_text()
    assert text.startswith(f"# Head\n\n{MARK}\nMeasured on: Z80, 1 core.\n\n## Plans\n\n| instance |")
    assert "| city-1000-1 | engine | 1,000 | 400 of 500 | 0.000 % | 1.00 |" in text
    assert "![gap](plots/gap.png)" in text
    assert "old figures" not in text
    page.write_text("# Head\n")
    with pytest.raises(NoMark):
        write_page(page, "figures")
