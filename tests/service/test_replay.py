"""What a replayed batch is judged by, and what is refused before anything runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.cli import main
from service.cli.replay import Replayed, Run

THEN = Run(cars=10, riders=15, score=10_000, bound=10_100, bound_scope="complete", seconds=1.0)


@pytest.mark.parametrize(("now", "broken", "fault"), [
    ({}, 0, None),
    ({"score": 9_960}, 0, None),
    ({"score": 9_900}, 0, "falls short of the one before by 1.000%"),
    ({"score": 10_101, "bound": 10_200}, 0, "more than the bound of before says"),
    ({"bound": 9_999, "score": 9_990}, 0, "the score 10000 is more than the bound of now"),
    ({"bound": 9_999, "score": 9_990, "bound_scope": "restricted"}, 0, None),
    ({}, 2, "breaks 2 rules"),
])  # fmt: skip
def test_a_run_is_wrong_where_it_is_worse_or_contradicts_the_other(
    now: dict[str, int], broken: int, fault: str
) -> None:
    faults = Replayed(THEN, replace(THEN, **now), broken, 0.005).faults()  # type: ignore[arg-type]
    assert len(faults) == (fault is not None)
    assert fault is None or fault in faults[0]


def test_another_problem_is_judged_by_its_rules_alone() -> None:
    assert Replayed(None, replace(THEN, score=1), 0, 0.0).faults() == []


@pytest.mark.parametrize(("words", "said"), [
    (("nothing.json",), "nothing.json: No such file or directory"),
    (("nothing.json", "--save", "x.json"), "say --coarse with --save"),
])  # fmt: skip
def test_what_can_not_be_replayed_is_one_line(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["carpool", "replay", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
