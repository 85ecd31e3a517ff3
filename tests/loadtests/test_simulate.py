"""A simulated day keeps the rules, is the same each time, and does no better than knowing all beforehand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from loadtests.horizon.arrivals import draw_postings
from loadtests.horizon.day import live
from loadtests.simulate import POLICIES, table_of
from matching import solve
from service.model.deciding import AT_ONCE, Decide

ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize("decide", [AT_ONCE, Decide(lead_s=3600), Decide(daily="20:00")])
def test_a_day_keeps_the_rules_and_scores_no_more_than_is_possible(decide: Decide) -> None:
    whole, postings = draw_postings(60, "amsterdam", 1)
    outcome = live(whole, postings, decide, 60, ZONE)
    assert outcome.faults == ()
    assert outcome.score <= solve(whole).bound
    assert outcome.riders == len(outcome.told_ahead_s)
    assert min(outcome.told_ahead_s, default=300) >= 300


def test_a_day_without_an_end_to_its_only_batch_is_the_best_plan() -> None:
    whole, postings = draw_postings(60, "amsterdam", 1)
    at_once = [posting.__class__(posting.trip, postings[0].posted_at) for posting in postings]
    plan = solve(whole)
    assert plan.score <= live(whole, at_once, AT_ONCE, 60, ZONE).score <= plan.bound


def test_the_same_arguments_give_the_same_table() -> None:
    tables = [table_of("toronto", 40, [1], POLICIES[:2]) for _ in range(2)]
    assert tables[0] == tables[1]
    assert [row[0] for row in tables[0].rows] == ["all known at once", "at once, every 10 s", "at once, every minute"]
