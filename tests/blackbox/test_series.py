"""A commute that recurs, from outside: posted once, matched day after day, over a change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.factories import offer_body, request_body
from tests.serving import serving
from tests.waiting import until

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAILY = {"rrule": "FREQ=DAILY", "timezone": "Europe/Amsterdam"}


def test_a_week_in_which_the_clocks_change_keeps_its_local_times(tmp_path: Path) -> None:
    change = next_change()
    first = change - timedelta(days=3)
    with serving(tmp_path / "data", batch_interval_s=0.5) as service:
        partner = service.command("partners", "create", "acme")["id"]
        sandbox = service.client(service.command("keys", "create", partner, "--test")["key"])
        live = service.client(service.command("keys", "create", partner)["key"])
        move(sandbox, datetime.combine(first, time(), tzinfo=AMSTERDAM))
        offers, requests = [post(sandbox, kind, first) for kind in ("offer", "request")]
        week = trips(sandbox, offers)
        assert len(week) == 7
        assert {local(trip["earliest_departure"]).time() for trip in week} == {time(7, 30)}
        assert {local(trip["latest_arrival"]).time() for trip in week} == {time(8, 45)}
        assert len({trip["earliest_departure"][11:] for trip in week}) == 2
        until(lambda: len(matched(sandbox, requests)) == 7, "a car for each day", 120)
        days = [local(match["stops"][0]["at"]).date() for match in matches(sandbox)]
        assert sorted(days) == [first + timedelta(days=n) for n in range(7)]
        move(sandbox, datetime.combine(change + timedelta(days=1), time(), tzinfo=AMSTERDAM))
        later = trips(sandbox, offers)
        assert {local(trip["earliest_departure"]).time() for trip in later} == {time(7, 30)}
        assert [trip["status"] for trip in later].count("expired") == 4
        assert len(later) == 11
        until(lambda: len(matched(sandbox, requests)) == 7, "cars for the days ahead", 120)
        assert service.command("doctor")["wrong"] == 0
        assert live.get("/v1/offers").json()["items"] == []


def next_change() -> date:
    """Return the next day but four at least on which Amsterdam's clocks change."""
    day = datetime.now(UTC).date() + timedelta(days=4)
    while offset(day) == offset(day + timedelta(days=1)):
        day += timedelta(days=1)
    return day


def offset(day: date) -> timedelta | None:
    return datetime.combine(day, time(), tzinfo=AMSTERDAM).utcoffset()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(AMSTERDAM)


def move(sandbox: httpx.Client, to: datetime) -> None:
    moved = sandbox.post("/v1/sandbox/clock", json={"now": to.astimezone(UTC).isoformat()})
    assert moved.status_code == 200, moved.text


def post(sandbox: httpx.Client, kind: str, day: date) -> dict[str, Any]:
    body = offer_body() if kind == "offer" else request_body()
    times = {
        name: datetime.combine(day, at, tzinfo=AMSTERDAM).isoformat()
        for name, at in (("earliest_departure", time(7, 30)), ("latest_arrival", time(8, 45)))
    }
    answer = sandbox.post(f"/v1/{kind}s", json={**body, **times, "recurrence": DAILY})
    assert answer.status_code == 201, answer.text
    return answer.json()


def trips(sandbox: httpx.Client, series: dict[str, Any]) -> list[dict[str, Any]]:
    return sandbox.get(f"/v1/{series['kind']}s", params={"series": series["id"]}).json()["items"]


def matched(sandbox: httpx.Client, series: dict[str, Any]) -> list[dict[str, Any]]:
    return [trip for trip in trips(sandbox, series) if trip["status"] == "proposed"]


def matches(sandbox: httpx.Client) -> list[dict[str, Any]]:
    return sandbox.get("/v1/matches?status=proposed").json()["items"]
