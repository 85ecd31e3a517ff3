"""Trips that recur, over HTTP: made a week ahead, each once, at the same local time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from service.store import keys, listing
from service.usecases import batches, moves
from service.usecases.checkup import check_up, mend
from service.usecases.context import Context
from service.usecases.occurrences import look_after_due
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.recurring import TAG, WORKDAYS, departures, recurring, sound, trips
from tests.service.api.rides import EVENING, post

pytestmark = pytest.mark.anyio


async def test_a_trip_that_recurs_is_a_series_of_trips_a_week_ahead(
    context: Context, partner: httpx.AsyncClient
) -> None:
    answer = await partner.post("/v1/offers", json=recurring(offer_body(external_id="dora-out")))
    assert answer.status_code == 201, answer.text
    series = answer.json()
    assert answer.headers["location"] == f"/v1/series/{series['id']}"
    assert series["id"].startswith("ser_")
    assert (series["status"], series["kind"], series["recurrence"]) == ("active", "offer", {**WORKDAYS, "except": []})
    found = await trips(partner, series)
    days = ["2027-03-01", "2027-03-02", "2027-03-04", "2027-03-08"]  # the 8th leaves 7 days and 1.5 h from now
    assert departures(found) == [f"{day}T06:30:00Z" for day in days[:3]]
    assert series["occurrences"] == [
        {"date": day, "trip_id": trip["id"]} for day, trip in zip(days, found, strict=False)
    ]
    assert {trip["series_id"] for trip in found} == {series["id"]}
    assert {trip["recurrence"] for trip in found} == {None}
    assert {trip["external_id"] for trip in found} == {"dora-out"}
    assert (await partner.get(answer.headers["location"])).json() == series
    assert (await partner.get("/v1/series?status=active&commuter=dora")).json()["items"] == [series]
    assert (await partner.get("/v1/series?commuter=rob")).json()["items"] == []
    await sound(context)


async def test_a_commuter_s_series_are_found_however_many_others_their_partner_has(
    partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SCANNED", 3)  # of a list, at most, for one page
    ann = [await post(partner, kind, recurring(body(commuter_id="ann")))
           for kind, body in (("offer", offer_body), ("request", request_body))]  # fmt: skip
    for n in range(8):
        await post(partner, "offer", recurring(offer_body(commuter_id=f"c{n}")))
    await partner.delete(f"/v1/series/{ann[0]['id']}")
    for query, found in (("", [ann[1]["id"], ann[0]["id"]]), ("&status=active", [ann[1]["id"]])):
        answer = (await partner.get(f"/v1/series?commuter=ann&limit=2{query}")).json()
        assert ([series["id"] for series in answer["items"]], answer["next_cursor"]) == (found, None)


async def test_each_day_s_trip_is_made_a_week_before_it_leaves_and_once(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    assert await look_after_due(context, "main") == 0
    clock.move(hours=1, minutes=31)
    await asyncio.gather(*(look_after_due(context, "main") for _ in range(5)))
    assert departures(await trips(partner, series))[-1] == "2027-03-08T06:30:00Z"
    for _ in range(30):
        clock.move(hours=12)
        await asyncio.gather(*(look_after_due(context, "main") for _ in range(3)))
        await batches.expire_due(context, "main")
        now = clock.now()
        ahead = departures(await trips(partner, series))
        assert len(ahead) in (3, 4)
        assert all(0 < (at - now).total_seconds() + 3600 <= 7 * 86_400 + 3600 for at in map(_instant, ahead))
    made = departures(await trips(partner, series), "open", "expired")
    assert len(made) == len(set(made))
    assert len({at[:10] for at in made}) == len(made)
    await sound(context)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_local_time_stays_over_a_week_in_which_the_clocks_change(partner: httpx.AsyncClient, clock: Any) -> None:
    clock.move(days=24)  # Thursday 25 March
    daily = recurring(offer_body(), "FREQ=DAILY")
    series = await post(partner, "offer", daily)
    found = await trips(partner, series)
    assert departures(found) == [
        *(f"2027-03-{day}T06:30:00Z" for day in (25, 26, 27)),
        *(f"2027-03-{day}T05:30:00Z" for day in (28, 29, 30, 31)),
    ]
    assert {trip["latest_arrival"][11:] for trip in found} == {"07:45:00Z", "06:45:00Z"}


@pytest.mark.parametrize(
    ("moved_days", "local", "utc"),
    [
        (24, "2027-03-25T02:30:00+01:00", ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"]),
        (241, "2027-10-28T02:30:00+02:00", ["2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]),
    ],
)
async def test_a_time_that_is_skipped_is_as_late_after_midnight_and_one_that_is_doubled_is_the_first(
    partner: httpx.AsyncClient, clock: Any, moved_days: int, local: str, utc: list[str]
) -> None:
    clock.move(days=moved_days)
    night = {"earliest_departure": local, "latest_arrival": local.replace("T02", "T05")}
    series = await post(partner, "offer", recurring(offer_body(**night), "FREQ=DAILY"))
    assert set(utc) <= set(departures(await trips(partner, series)))


async def test_a_day_whose_window_the_clocks_cut_too_short_has_no_trip(partner: httpx.AsyncClient, clock: Any) -> None:
    clock.move(days=24)
    night = {"earliest_departure": "2027-03-26T01:30:00+01:00", "latest_arrival": "2027-03-26T03:00:00+01:00"}
    series = await post(partner, "offer", recurring(offer_body(**night), "FREQ=DAILY"))
    by_day = {one["date"]: one["trip_id"] for one in series["occurrences"]}
    assert by_day["2027-03-28"] is not None  # 01:30 to 03:00 is half an hour that night: the drive is shorter
    short = {"latest_arrival": "2027-03-26T02:45:00+01:00", "commuter_id": "eve"}
    series = await post(partner, "offer", recurring(offer_body(**night | short), "FREQ=DAILY"))
    by_day = {one["date"]: one["trip_id"] for one in series["occurrences"]}
    # 02:45 is skipped, and is 03:45 in summer time: an hour and a quarter, as on any day.
    assert by_day["2027-03-28"] is not None
    far = {"destination": {"lat": 52.52, "lon": 4.95}, "commuter_id": "max"}
    series = await post(partner, "offer", recurring(offer_body(**night | far), "FREQ=DAILY"))
    by_day = {one["date"]: one["trip_id"] for one in series["occurrences"]}
    assert by_day["2027-03-28"] is None
    assert by_day["2027-03-27"] is not None


async def test_days_left_out_and_after_the_end_have_no_trip(partner: httpx.AsyncClient) -> None:
    some = recurring(offer_body(), "FREQ=DAILY;UNTIL=20270304T063000Z", **{"except": ["2027-03-02"]})
    series = await post(partner, "offer", some)
    assert [at[8:10] for at in departures(await trips(partner, series))] == ["01", "03", "04"]
    assert series["status"] == "ended"
    counted = await post(partner, "offer", recurring(offer_body(), "FREQ=WEEKLY;BYDAY=WE,FR;COUNT=1"))
    assert departures(await trips(partner, counted)) == ["2027-03-03T06:30:00Z"]


@pytest.mark.parametrize(
    ("recurrence", "pointer"),
    [
        ({"rrule": "FREQ=HOURLY"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=31"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=DAILY;INTERVAL=7;BYDAY=SU"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=WEEKLY;COUNT=3;UNTIL=20280101"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=1TU,TH"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20271399"}, "/recurrence"),
        ({"rrule": "FREQ=WEEKLY\nDTSTART:20270101T000000"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=WEEKLY;FREQ=DAILY"}, "/recurrence/rrule"),
        ({"rrule": "FREQ=DAILY;UNTIL=20270101"}, "/recurrence/rrule"),
        ({"timezone": "Amsterdam"}, "/recurrence/timezone"),
        ({"except": ["25 December"]}, "/recurrence/except/0"),
    ],
)
async def test_a_recurrence_that_can_not_be_is_pointed_at(
    partner: httpx.AsyncClient, recurrence: dict[str, Any], pointer: str
) -> None:
    body = offer_body(recurrence={**WORKDAYS, **recurrence})
    answer = await partner.post("/v1/offers", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await partner.get("/v1/series")).json()["items"] == []


async def test_fifty_equal_posts_at_once_make_one_series(partner: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "week-1"}
    body = recurring(offer_body())
    answers = await asyncio.gather(*(partner.post("/v1/offers", json=body, headers=headers) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len((await partner.get("/v1/series")).json()["items"]) == 1
    assert len((await partner.get("/v1/offers")).json()["items"]) == 3


async def test_a_repeat_gets_its_first_answer_also_when_all_days_are_over_by_now(
    partner: httpx.AsyncClient, clock: Any
) -> None:
    headers, body = {"Idempotency-Key": "once"}, recurring(offer_body(), "FREQ=DAILY;COUNT=1")
    first = await partner.post("/v1/offers", json=body, headers=headers)
    clock.move(hours=4)
    again = await partner.post("/v1/offers", json=body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert (await partner.post("/v1/offers", json=body)).status_code == 422


async def test_a_flexible_commuter_s_either_holds_for_each_day_by_itself(
    context: Context, partner: httpx.AsyncClient
) -> None:
    drives = await post(partner, "offer", recurring(offer_body(commuter_id="flo", either="flo")))
    rides = await post(partner, "request", recurring(request_body(commuter_id="flo", either="flo")))
    eithers = [[t["either"] for t in await trips(partner, series)] for series in (drives, rides)]
    assert eithers[0] == eithers[1] == ["flo:2027-03-01", "flo:2027-03-02", "flo:2027-03-04"]
    await post(partner, "offer", recurring(offer_body()))
    assert (await run_batch(context)).matches == 3


async def test_ways_back_that_recur_are_tied_to_the_way_out_of_their_day(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    out = await post(partner, "request", recurring(request_body()))
    body = request_body()
    home = {**body, "origin": body["destination"], "destination": body["origin"], **EVENING, "return_of": out["id"]}
    back = await post(partner, "request", recurring(home))
    assert back["return_of"] == out["id"]
    ways_out = [t["id"] for t in await trips(partner, out)]
    assert [t["return_of"] for t in await trips(partner, back)] == ways_out
    for wrong in (recurring({**home, "return_of": ways_out[0]}), recurring({**home, "commuter_id": "eve"}), home):
        refused = await partner.post("/v1/requests", json=wrong)
        assert refused.json()["errors"][0]["pointer"] == "/return_of"
    clock.move(days=1)
    await look_after_due(context, "main")
    ways_out = [t["id"] for t in await trips(partner, out)]
    assert [t["return_of"] for t in await trips(partner, back)] == ways_out
    assert len(ways_out) == 4
    await sound(context)


async def test_the_doctor_finds_series_that_are_in_no_index_and_ids_that_are_no_series(
    context: Context, partner: httpx.AsyncClient
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    first = (await trips(partner, series))[0]
    redis, owner = context.store.redis, partner.partner_id  # type: ignore[attr-defined]
    await redis.zrem(keys.SERIES_DUE(TAG), series["id"])
    await redis.zrem(keys.SERIES_OF(TAG, owner), series["id"])
    await redis.zrem(keys.SERIES_BY_COMMUTER(TAG, owner, "dora"), series["id"])
    await redis.zadd(keys.SERIES_BY_COMMUTER(TAG, owner, "eve"), {series["id"]: 0, "ser_gone": 0})
    await redis.zrem(keys.TRIPS_BY_SERIES(TAG, owner, "offer", series["id"]), first["id"])
    await redis.zadd(keys.SERIES_DUE(TAG), {"ser_gone": 5})
    report = await check_up(context)
    assert {c.name: c.wrong for c in report.checks if c.wrong} == {
        "due": 1, "by partner": 1, "by commuter": 1, "by series": 1, "series": 3
    }  # fmt: skip
    await mend(context)
    await sound(context)
    assert await redis.zrange(keys.SERIES_DUE(TAG), 0, -1) == [series["id"]]
    assert await redis.zrange(keys.SERIES_BY_COMMUTER(TAG, owner, "dora"), 0, -1) == [series["id"]]
    assert not await redis.exists(keys.SERIES_BY_COMMUTER(TAG, owner, "eve"))
    await redis.hset(keys.SERIES(TAG, series["id"]), "commuter", "eve")
    assert {c.name for c in (await check_up(context)).checks if c.wrong} == {"series records", "series"}
    assert first in await trips(partner, series)


async def test_another_tenant_s_series_is_not_there(partner: httpx.AsyncClient, client_of: MakeClient) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    stranger = await client_of()
    path = f"/v1/series/{series['id']}"
    calls = (stranger.get(path), stranger.patch(path, json={"seats": 1}), stranger.delete(path))
    assert [(await call).status_code for call in calls] == [404] * 3
    assert (await stranger.get("/v1/series")).json()["items"] == []
    assert (await stranger.get("/v1/offers", params={"series": series["id"]})).json()["items"] == []


async def test_a_damaged_series_is_out_of_the_others_way(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    bad, good = [await post(partner, "offer", recurring(offer_body(commuter_id=name))) for name in ("ann", "bob")]
    await context.store.redis.hset(keys.SERIES(TAG, bad["id"]), "doc", "{")
    clock.move(days=1)
    await look_after_due(context, "main")
    assert await look_after_due(context, "main") == 0
    assert len(await trips(partner, good)) == 4
    broken = await partner.get(f"/v1/series/{bad['id']}")
    assert (broken.status_code, broken.json()["type"].rsplit("/", 1)[1]) == (500, "damaged")
    assert [s["id"] for s in (await partner.get("/v1/series")).json()["items"]] == [good["id"]]
    assert await moves.finish_left(context, "main") == 0
