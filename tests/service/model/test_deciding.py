"""When a market's trips are decided, by the wall clock of its zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.model.deciding import AT_ONCE, Decide, decide_from

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("leaves", "decided"),
    [
        ("2027-03-02T07:30:00+01:00", "2027-03-01T19:00:00+00:00"),
        ("2027-03-02T23:30:00+00:00", "2027-03-02T19:00:00+00:00"),  # half past midnight of the 3rd, there
        ("2027-03-28T07:30:00+02:00", "2027-03-27T19:00:00+00:00"),  # the clock goes forward in the night between
        ("2027-03-29T07:30:00+02:00", "2027-03-28T18:00:00+00:00"),
        ("2027-10-31T07:30:00+01:00", "2027-10-30T18:00:00+00:00"),  # and back
        ("2027-11-01T07:30:00+01:00", "2027-10-31T19:00:00+00:00"),
    ],
)
def test_a_daily_cut_off_is_at_the_wall_clock_of_the_day_before(leaves: str, decided: str) -> None:
    opens_at = Decide(daily="20:00").opens_at(datetime.fromisoformat(leaves), AMSTERDAM)
    assert opens_at is not None
    assert opens_at.astimezone(UTC).isoformat() == decided


@pytest.mark.parametrize(
    ("daily", "leaves", "decided"),
    [
        ("02:30", "2027-03-29T07:30:00+02:00", "2027-03-28T01:30:00+00:00"),  # which the clock leaves out
        ("02:30", "2027-11-01T07:30:00+01:00", "2027-10-31T00:30:00+00:00"),  # which comes twice
    ],
)
def test_a_cut_off_that_the_clock_leaves_out_or_repeats_is_one_instant(daily: str, leaves: str, decided: str) -> None:
    opens_at = Decide(daily=daily).opens_at(datetime.fromisoformat(leaves), AMSTERDAM)
    assert opens_at is not None
    assert opens_at.astimezone(UTC).isoformat() == decided


def test_a_lead_counts_from_the_earliest_departure_and_at_once_from_nothing() -> None:
    leaves = datetime(2027, 3, 2, 7, tzinfo=UTC)
    assert Decide(lead_s=3600).opens_at(leaves, UTC) == datetime(2027, 3, 2, 6, tzinfo=UTC)
    assert AT_ONCE.opens_at(leaves, UTC) is None


@pytest.mark.parametrize("decide", [AT_ONCE, Decide(lead_s=7200), Decide(daily="05:45")])
def test_it_is_read_as_it_was_written(decide: Decide) -> None:
    assert decide_from(decide.document()) == decide
    assert list(decide.faults()) == []


@pytest.mark.parametrize("decide", [Decide(lead_s=-1), Decide(lead_s=10**9), Decide(daily="24:00"), Decide(daily="8")])
def test_what_is_no_time_is_refused(decide: Decide) -> None:
    assert len(list(decide.faults())) == 1
