"""Series are changed and ended, one day, this day and later, or all that is ahead."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from service.clock import to_ms
from service.store import keys
from service.store import series as store_series
from service.usecases.context import Context
from service.usecases.occurrences import look_after_due
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.recurring import TAG, WORKDAYS, change, departures, recurring, sound, trips
from tests.service.api.rides import confirm, post, status

pytestmark = pytest.mark.anyio


async def test_one_day_is_changed_or_cancelled_as_the_trip_that_it_is(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    monday, tuesday, thursday = await trips(partner, series)
    await partner.delete(f"/v1/offers/{monday['id']}")
    changed = await partner.patch(f"/v1/offers/{tuesday['id']}", json={"seats": 1})
    assert (changed.json()["seats"], changed.json()["series_id"]) == (1, series["id"])
    clock.move(hours=30)
    await look_after_due(context, "main")
    found = await trips(partner, series)
    assert [(t["seats"], t["status"]) for t in found[:3]] == [(3, "cancelled"), (1, "open"), (3, "open")]
    assert thursday == found[2]
    refused = await partner.patch(f"/v1/offers/{tuesday['id']}", json={"recurrence": WORKDAYS})
    assert refused.json()["errors"][0]["pointer"] == "/recurrence"


async def test_a_change_of_all_reaches_the_trips_made_and_those_to_come_save_what_one_has_of_its_own(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    first, *_ = await trips(partner, series)
    await partner.patch(f"/v1/offers/{first['id']}", json={"seats": 1})
    later = {"earliest_departure": "2027-05-05T08:00:00+02:00", "latest_arrival": "2027-05-05T09:15:00+02:00"}
    changed = await change(partner, series, {"seats": 2, "max_detour_s": 600, **later})
    assert changed.status_code == 200, changed.text
    assert changed.json()["version"] == 2
    assert changed.json()["earliest_departure"] == "2027-03-01T07:00:00Z"
    found = await trips(partner, series)
    assert [(t["seats"], t["max_detour_s"]) for t in found] == [(1, 600), (2, 600), (2, 600)]
    assert {t["earliest_departure"][11:] for t in found} == {"07:00:00Z"}
    clock.move(days=2)
    await look_after_due(context, "main")
    last = (await trips(partner, series))[-1]
    assert (last["earliest_departure"], last["seats"]) == ("2027-03-09T07:00:00Z", 2)
    again = await change(partner, series, {"seats": 2})
    assert again.json()["version"] == 2
    await sound(context)


async def test_a_change_from_a_day_on_leaves_the_days_before_it(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    changed = await change(partner, series, {"seats": 1}, "?from=2027-03-04")
    assert changed.status_code == 200, changed.text
    assert (changed.json()["seats"], [(p["from"], p["seats"]) for p in changed.json()["later"]]) == (
        3, [("2027-03-04", 1)]
    )  # fmt: skip
    assert [t["seats"] for t in await trips(partner, series)] == [3, 3, 1]
    both = await change(partner, series, {"max_detour_s": 60})
    assert [p["max_detour_s"] for p in (both.json(), *both.json()["later"])] == [60, 60]
    clock.move(days=8)
    await look_after_due(context, "main")
    assert [t["seats"] for t in await trips(partner, series)] == [3, 3, 1, 1, 1, 1]
    now = (await partner.get(f"/v1/series/{series['id']}")).json()
    assert (now["seats"], now["later"]) == (1, [])
    past = await change(partner, series, {"seats": 2}, "?from=2027-03-04")
    assert past.json()["errors"][0]["pointer"] == "?from"


async def test_other_days_cancel_the_trips_of_those_that_are_gone_and_make_the_new_ones(
    context: Context, partner: httpx.AsyncClient
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    other = await change(partner, series, {"recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=TU,WE"}})
    assert other.status_code == 200, other.text
    found = await trips(partner, series)
    assert [at[8:10] for at in departures(found)] == ["02", "03"]
    assert [at[8:10] for at in departures(found, "cancelled")] == ["01", "04"]
    back = await change(
        partner, series, {"recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=TU,WE,TH", "except": ["2027-03-03"]}}
    )
    assert [one["date"][8:] for one in back.json()["occurrences"]] == ["02", "04"]
    assert [at[8:10] for at in departures(await trips(partner, series))] == ["02", "04"]
    await sound(context)


async def test_what_is_agreed_stays_as_its_people_know_it(context: Context, partner: httpx.AsyncClient) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    rider = await post(partner, "request", request_body())
    await run_batch(context)
    await confirm(partner, (await trips(partner, series))[0], rider)
    await change(partner, series, {"max_detour_s": 60})
    found = await trips(partner, series)
    assert [(t["status"], t["max_detour_s"]) for t in found] == [("confirmed", 900), ("open", 60), ("open", 60)]
    ended = await partner.delete(f"/v1/series/{series['id']}")
    assert ended.json()["status"] == "cancelled"
    assert {t["status"] for t in await trips(partner, series)} == {"cancelled"}
    assert await status(partner, rider) == "open"
    await sound(context)


async def test_a_series_is_ended_at_once_or_from_a_day_on_and_dropped_later(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    path = f"/v1/series/{series['id']}"
    assert (await partner.delete(path, headers={"If-Match": '"9"'})).status_code == 412
    short = (await partner.delete(f"{path}?from=2027-03-04")).json()
    assert (short["status"], short["until"], short["version"]) == ("ended", "2027-03-04", 2)
    assert departures(await trips(partner, series)) == ["2027-03-01T06:30:00Z", "2027-03-02T06:30:00Z"]
    assert (await partner.delete(path)).json()["status"] == "cancelled"
    assert departures(await trips(partner, series)) == []
    again = await partner.delete(path)
    assert (again.status_code, again.json()["version"]) == (200, 3)
    assert (await change(partner, series, {"seats": 1})).status_code == 409
    clock.move(days=36)
    assert await look_after_due(context, "main") == 0
    clock.move(days=2)
    assert await look_after_due(context, "main") == 1
    assert (await partner.get(path)).status_code == 404
    assert (await partner.get("/v1/series")).json()["items"] == []
    assert await context.store.redis.zcard(keys.SERIES_DUE(TAG)) == 0


async def test_a_change_that_was_cut_off_is_carried_on_by_whoever_looks_next(
    context: Context, partner: httpx.AsyncClient
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    kept = await store_series.get_series(context.store, "main", series["id"])
    assert kept is not None
    (part,) = kept.parts
    changed = replace(part, draft=part.draft.model_copy(update={"seats": 1}))
    begun = replace(kept, version=2, revision=kept.revision + 1, parts=(changed,), was=kept.parts)
    await store_series.put_series(context.store, "main", begun, to_ms(context.clock.now()), [])  # and then it died
    assert [t["seats"] for t in await trips(partner, series)] == [3, 3, 3]
    assert await look_after_due(context, "main") == 1
    assert [t["seats"] for t in await trips(partner, series)] == [1, 1, 1]
    assert await look_after_due(context, "main") == 0


async def test_changes_at_once_are_made_one_after_the_other(context: Context, partner: httpx.AsyncClient) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    wanted = [{"seats": 1}, {"max_detour_s": 60}, {"traits": ["woman"]}]
    answers = await asyncio.gather(*(change(partner, series, body) for body in wanted))
    done = [body for body, answer in zip(wanted, answers, strict=True) if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert done
    await look_after_due(context, "main")
    for trip in await trips(partner, series):
        for body in done:
            assert trip | body == trip
    await sound(context)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"seats": 9}, "/seats"),
        ({"colour": "red"}, "/colour"),
        ({"commuter_id": "eve"}, "/commuter_id"),
        ({"recurrence": None}, "/recurrence"),
        ({"recurrence": {"rrule": "FREQ=SECONDLY"}}, "/recurrence/rrule"),
        ({"latest_arrival": "2027-03-01T07:31:00+01:00"}, "/latest_arrival"),
    ],
)
async def test_what_a_change_would_make_is_judged_as_a_new_series_is(
    partner: httpx.AsyncClient, body: Any, pointer: str
) -> None:
    series = await post(partner, "offer", recurring(offer_body()))
    refused = await change(partner, series, body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert (await partner.get(f"/v1/series/{series['id']}")).json() == series
