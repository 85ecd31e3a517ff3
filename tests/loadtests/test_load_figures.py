"""What a run's notes come to, how it is judged and shown; nothing runs here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loadtests.load.figures import Figures, Found, figures_of
from loadtests.load.goals import SHIPPED, Goals, read_goals
from loadtests.load.plots import Line, plot
from loadtests.load.record import Call, Headcount, Record, Recorder
from loadtests.load.report import page_of
from loadtests.load.shapes import SHAPES
from loadtests.load.watch import Sample

CALLS = [
    *(Call(100.0 + n, "POST /v1/offers", 10.0 + n, "ok") for n in range(98)),
    Call(198.0, "POST /v1/offers", 900.0, "refused"), Call(199.0, "POST /v1/offers", 50.0, "failed"),
    Call(199.5, "event by stream", 40.0, "ok"),
]  # fmt: skip


def figures(samples: list[Sample] | None = None, found: Found | None = None) -> Figures:
    return figures_of(CALLS, [Headcount(100.0, 3), Headcount(200.0, 5)], [0.25, 0.5], samples or [], found or Found())


def test_calls_are_counted_by_name_and_outcome() -> None:
    by_name = {call.name: call for call in figures().calls}
    offers = by_name["POST /v1/offers"]
    assert (offers.count, offers.refused, offers.failed, offers.p50_ms, offers.most_ms) == (100, 1, 1, 58.0, 900.0)
    assert by_name["event by webhook"].p99_ms == 500.0


def test_events_are_no_calls_where_rates_are_told() -> None:
    measured = figures().measured()
    assert measured["error_rate"] == measured["refused_rate"] == 0.01
    assert [call.name for call in figures().requests] == ["POST /v1/offers"]
    assert sum(moment.per_s for moment in figures().moments) == pytest.approx(100, abs=1)


def test_a_goal_is_held_against_what_was_measured_and_nothing_else() -> None:
    goals = Goals({"error_rate": 0.005, "missing_webhooks": 0}, {"calls": 200, "event by stream": 30})
    verdicts = {verdict.goal: verdict for verdict in goals.judge(figures())}
    assert {goal for goal, verdict in verdicts.items() if not verdict.met} == {
        "error_rate", "p99 of event by stream, ms", "p99 of event by webhook, ms",
    }  # fmt: skip
    assert verdicts["missing_webhooks"].measured is None


def test_growth_is_that_of_the_role_that_grew_most_and_never_the_stores() -> None:
    samples = [
        Sample(n, rss_mb={"api": 100.0, "matcher": 200.0 + max(0, n - 20), "valkey-server": 10.0 * n})
        for n in range(1, 41)
    ]
    assert figures(samples).measured()["rss_growth"] == pytest.approx(0.06, abs=0.02)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shipped_goals_are_read_for_every_shape(shape: str) -> None:
    goals = read_goals(SHIPPED, shape)
    assert goals.at_most["missing_webhooks"] == goals.at_most["missing_acknowledged"] == 0
    assert goals.p99_ms["calls"] > 0


def test_a_shapes_own_goals_go_before_those_of_all() -> None:
    assert read_goals(SHIPPED, "soak").at_most["rss_growth"] < read_goals(SHIPPED, "morning").at_most["rss_growth"]


def test_a_morning_has_its_most_users_between_its_ends() -> None:
    users = [SHAPES["morning"].users_at(n / 290, 100) for n in range(291)]
    assert max(users) == 100
    assert max(users[0], users[-1]) < 40
    assert min(users) >= 5


def test_a_spike_is_ten_times_what_is_around_it() -> None:
    spike = SHAPES["spike"]
    assert [spike.users_at(over, 400) for over in (0.1, 0.5, 0.9)] == [40, 400, 40]


def test_notes_of_several_processes_are_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for pid in (1, 2):
        monkeypatch.setattr("os.getpid", lambda pid=pid: pid)
        recorder = Recorder(tmp_path)
        recorder.call(Call(1.0, "GET /readyz", 2.0, "ok"))
        recorder.cancel(0, f"/v1/offers/off_{pid}")
        recorder.event(0, {"id": "evt_1", "seq": 1})
        recorder.close()
    record = Record(tmp_path)
    assert len(list(record.calls())) == 2
    told = record.acknowledged()[0]
    assert told.cancelled == {"/v1/offers/off_1", "/v1/offers/off_2"}
    assert set(told.events) == {"evt_1"}


def test_the_page_stands_alone_and_says_nothing_it_was_not_told() -> None:
    found = Found(sentences=("<script>alert(1)</script> is gone",), missing_acknowledged=1)
    goals = Goals({"missing_acknowledged": 0}, {})
    shown = figures([Sample(1.0, 2, 3, 4, 5, {"api": 9.0}, {"api": 1.0})], found)
    page = page_of("Load: <b>", {"machine": "a & b"}, goals.judge(shown), shown)
    assert "1 of 1 goals missed" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=|@import|url\(", page)
    assert page.count("<svg") >= 4


@pytest.mark.parametrize(("until_s", "told"), [
    (18, ["0:00", "0:05", "0:10", "0:15"]), (600, ["0:00", "2:00", "4:00", "6:00", "8:00", "10:00"]),
    (3600, ["0:00", "10:00", "20:00", "30:00", "40:00", "50:00", "60:00"]),
    (1e6, ["0:00", "2880:00", "5760:00", "8640:00", "11520:00", "14400:00"]),
])  # fmt: skip
def test_a_plot_goes_to_the_end_of_the_run_at_steps_of_a_clock(until_s: float, told: list[str]) -> None:
    made = plot("Calls", [Line("calls", [(0, 1.0), (2, 3.0)])], until_s)
    assert re.findall(r">(\d+:\d\d)</text>", made) == told
