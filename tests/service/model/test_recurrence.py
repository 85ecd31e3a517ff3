"""Rules of recurrence: what is taken comes to an end, and local times are those of RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.model.recurrence import Recurrence, at_local

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
START = datetime(2027, 3, 1, 7, 30)  # noqa: DTZ001 - local
PARTS = {
    "FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    "INTERVAL": st.integers(1, 99).map(str),
    "COUNT": st.integers(1, 999).map(str),
    "UNTIL": st.dates(date(2027, 1, 1), date(2040, 1, 1)).map(lambda day: day.strftime("%Y%m%d")),
    "BYDAY": st.lists(st.sampled_from([*DAYS, *(f"{n}{d}" for n in (1, 4, -1, -4) for d in DAYS)]), min_size=1,
                      max_size=3).map(",".join),
    "BYMONTHDAY": st.sampled_from([1, 28, -1, -28]).map(str),
    "BYMONTH": st.integers(1, 12).map(str),
    "BYSETPOS": st.sampled_from([1, 4, -1, -4]).map(str),
    "WKST": st.sampled_from(DAYS),
}  # fmt: skip
RULES = st.fixed_dictionaries({"FREQ": PARTS["FREQ"]}, optional={n: p for n, p in PARTS.items() if n != "FREQ"})
STARTS = st.datetimes(datetime(2027, 1, 1), datetime(2032, 1, 1)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001


def recurrence(rrule: str, **given_: object) -> Recurrence:
    return Recurrence.model_validate({"rrule": rrule, "timezone": "Europe/Amsterdam", **given_})


@settings(deadline=None)
@given(parts=RULES, start=STARTS)
def test_a_rule_that_is_taken_has_a_next_day_unless_it_has_an_end(parts: dict[str, str], start: datetime) -> None:
    try:
        rule = recurrence(";".join(f"{name}={value}" for name, value in parts.items()))
    except ValidationError:
        return
    day = rule.next_day(start, start.date())
    if day is None:
        assert "UNTIL" in parts
        return
    assert rule.days(start, day, day) == [day]
    assert rule.days(start, start.date(), day) == [day]
    assert (day - start.date()).days < 41 * 366


@pytest.mark.parametrize(
    ("rrule", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["03-01", "03-04", "03-08", "03-11", "03-15"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", ["03-02", "03-16", "03-30", "04-13", "04-27"]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=6", ["03-01", "03-02", "03-03", "03-04", "03-05", "03-08"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["03-31", "04-30", "05-31", "06-30", "07-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["03-31", "04-30", "05-31", "06-30", "07-31"]),
        ("FREQ=DAILY;UNTIL=20270303", ["03-01", "03-02", "03-03"]),
        ("FREQ=DAILY;UNTIL=20270303T062959Z", ["03-01", "03-02"]),
        ("FREQ=DAILY;UNTIL=20270303T073000", ["03-01", "03-02", "03-03"]),
        ("freq=daily;count=2", ["03-01", "03-02"]),
    ],
)
def test_days_are_those_of_the_rule(rrule: str, days: list[str]) -> None:
    found = recurrence(rrule).days(START, START.date(), START.date() + timedelta(days=200))
    assert [day.isoformat()[5:] for day in found[: len(days)]] == days
    assert len(found) == len(days) or len(days) == 5


def test_days_left_out_are_passed_over() -> None:
    rule = recurrence("FREQ=DAILY", **{"except": [date(2027, 3, 1), date(2027, 3, 2)]})
    assert rule.next_day(START, START.date()) == date(2027, 3, 3)
    only = recurrence("FREQ=DAILY;COUNT=2", **{"except": [date(2027, 3, 1), date(2027, 3, 2)]})
    assert only.next_day(START, START.date()) is None


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Amsterdam", "2027-03-28T02:30", "2027-03-28T01:30Z"),  # skipped
        ("Europe/Amsterdam", "2027-10-31T02:30", "2027-10-31T00:30Z"),  # doubled
        ("Europe/Amsterdam", "2027-10-31T03:00", "2027-10-31T02:00Z"),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:45Z"),  # half an hour is skipped
        ("Asia/Kolkata", "2027-03-28T02:30", "2027-03-27T21:00Z"),
    ],
)
def test_a_local_time_is_one_instant(zone: str, local: str, utc: str) -> None:
    at = datetime.fromisoformat(local)
    assert at_local(at.date(), at.time(), 0, ZoneInfo(zone)) == datetime.fromisoformat(utc)
    assert at_local(at.date() - timedelta(days=1), at.time(), 1, ZoneInfo(zone)) == datetime.fromisoformat(utc)
    assert at_local(date(2027, 1, 1), time(), 0, UTC) == datetime(2027, 1, 1, tzinfo=UTC)  # type: ignore[arg-type]
