"""From open trips to confirmed cars over HTTP: proposals, answers, and what cancelling does."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from service.usecases import batches
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import (
    answer,
    event_types,
    post,
    status,
    the_match,
)

pytestmark = pytest.mark.anyio


async def test_a_car_is_proposed_and_confirmed_when_all_accept(context: Context, partner: httpx.AsyncClient) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    batch = await run_batch(context)
    assert (batch.status, batch.matches, batch.riders) == ("completed", 1, 1)
    assert batch.score is not None
    assert batch.bound is not None
    assert batch.bound >= batch.score > 0
    match = await the_match(partner)
    assert match["status"] == "proposed"
    assert sorted(match["awaiting"]) == sorted([offer["id"], request["id"]])
    assert [stop["kind"] for stop in match["stops"]] == ["depart", "pickup", "dropoff", "arrive"]
    assert float(match["riders"][0]["cost_share"]["amount"]) > 0
    assert match["saved_m"] > 0
    assert match["co2_saved_g"] > 0
    assert await status(partner, offer) == "proposed"
    accepted = await answer(partner, match, "accept", offer)
    assert accepted.json()["awaiting"] == [request["id"]]
    assert (await answer(partner, match, "accept", request)).json()["status"] == "confirmed"
    assert await status(partner, request) == "confirmed"
    assert await event_types(context) == ["match.proposed", "match.accepted", "match.accepted", "match.confirmed"]


async def test_both_accept_at_once_and_the_match_is_confirmed_once(
    context: Context, partner: httpx.AsyncClient
) -> None:
    trips = [await post(partner, "offer", offer_body())]
    trips += [await post(partner, "request", request_body(commuter_id=f"r{n}")) for n in range(3)]
    await run_batch(context)
    match = await the_match(partner)
    answers = await asyncio.gather(*(answer(partner, match, "accept", trip) for trip in trips))
    assert [a.status_code for a in answers] == [200] * 4
    assert (await the_match(partner))["status"] == "confirmed"
    assert (await event_types(context)).count("match.confirmed") == 1
    assert (await event_types(context)).count("match.accepted") == 4


async def test_a_declined_pair_is_not_proposed_again_and_the_others_are_free(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer = await post(partner, "offer", offer_body())
    willing = await post(partner, "request", request_body(commuter_id="ann"))
    unwilling = await post(partner, "request", request_body(commuter_id="bob"))
    await run_batch(context)
    match = await the_match(partner)
    declined = await answer(partner, match, "decline", unwilling)
    assert declined.json()["status"] == "declined"
    assert [await status(partner, trip) for trip in (offer, willing, unwilling)] == ["open"] * 3
    assert (await answer(partner, match, "accept", willing)).status_code == 409
    await run_batch(context)
    again = (await partner.get("/v1/matches?status=proposed")).json()["items"]
    assert [[rider["request_id"] for rider in m["riders"]] for m in again] == [[willing["id"]]]


async def test_a_proposal_nobody_answers_expires_and_frees_its_trips(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    clock.move(seconds=600)
    late = await answer(partner, match, "accept", offer)
    assert late.status_code == 409
    await batches.expire_due(context, "main")
    await batches.expire_due(context, "main")
    assert (await the_match(partner))["status"] == "expired"
    assert [await status(partner, trip) for trip in (offer, request)] == ["open", "open"]
    assert await event_types(context) == ["match.proposed", "match.expired"]


@pytest.mark.parametrize("confirmed", [False, True])
async def test_cancelling_a_held_trip_ends_its_match(
    context: Context, partner: httpx.AsyncClient, confirmed: bool
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    for trip in (offer, request) if confirmed else ():
        await answer(partner, match, "accept", trip)
    assert (await partner.delete(f"/v1/requests/{request['id']}")).json()["status"] == "cancelled"
    assert (await the_match(partner))["status"] == "cancelled"
    assert await status(partner, offer) == "open"
    assert (await event_types(context))[-2:] == ["match.cancelled", "trip.cancelled"]


async def test_a_trip_cancelled_while_the_batch_runs_is_never_matched(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())

    async def meanwhile() -> None:
        assert (await partner.delete(f"/v1/requests/{request['id']}")).status_code == 200

    batch = await run_batch(context, meanwhile=meanwhile)
    assert (batch.matches, batch.withdrawn) == (0, 1)
    assert (await partner.get("/v1/matches")).json()["items"] == []
    assert await status(partner, offer) == "open"


def seconds_left(clock: FakeClock, match: dict[str, Any]) -> float:
    return (datetime.fromisoformat(match["expires_at"]) - clock.now()).total_seconds()


@pytest.mark.parametrize(("late_s", "ends_as"), [(-1, "confirmed"), (0, "expired")])
async def test_an_answer_counts_until_the_very_second_of_expiry_and_not_in_it(
    context: Context, partner: httpx.AsyncClient, clock: FakeClock, late_s: int, ends_as: str
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    clock.move(seconds=seconds_left(clock, match) + late_s)
    given = await asyncio.gather(
        answer(partner, match, "accept", offer), batches.expire_due(context, "main"),
        answer(partner, match, "accept", request), batches.expire_due(context, "main"),
    )  # fmt: skip
    codes = [given[0].status_code, given[2].status_code]
    assert codes == ([200, 200] if ends_as == "confirmed" else [409, 409])
    assert (await the_match(partner))["status"] == ends_as
    assert (await event_types(context)).count(f"match.{ends_as}") == 1
    assert await violations(context.store) == []


async def test_who_declines_while_a_batch_runs_is_free_for_the_next_and_not_proposed_with_them_again(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    third = await post(partner, "request", request_body(commuter_id="eve"))
    await post(partner, "offer", offer_body(commuter_id="pat", max_detour_s=0))  # a batch has something to solve

    async def meanwhile() -> None:
        assert (await answer(partner, match, "decline", request)).json()["status"] == "declined"

    assert (await run_batch(context, meanwhile=meanwhile)).matches == 0
    assert [await status(partner, trip) for trip in (offer, request, third)] == ["open"] * 3
    assert (await run_batch(context)).riders == 1
    assert [await status(partner, trip) for trip in (offer, request, third)] == ["proposed", "open", "proposed"]
    assert await violations(context.store) == []


async def test_a_car_that_has_left_while_the_solver_worked_is_not_proposed(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    early, late = {"latest_arrival": "2027-03-01T08:10:00+01:00"}, {
        "earliest_departure": "2027-03-01T09:00:00+01:00", "latest_arrival": "2027-03-01T10:00:00+01:00"
    }  # fmt: skip
    trips = []
    for name, times in (("ann", early), ("bob", late)):
        trips.append(await post(partner, "offer", offer_body(commuter_id=f"{name}-drives", **times)))
        trips.append(await post(partner, "request", request_body(commuter_id=name, **times)))

    async def meanwhile() -> None:
        clock.move(hours=2, minutes=30)

    batch = await run_batch(context, meanwhile=meanwhile)
    assert (batch.status, batch.matches, batch.withdrawn) == ("completed", 1, 1)
    assert [await status(partner, trip) for trip in trips] == ["open", "open", "proposed", "proposed"]
    match = await the_match(partner)
    assert datetime.fromisoformat(match["stops"][0]["at"]) > clock.now()


async def test_a_flexible_commuter_drives_or_rides_but_not_both(context: Context, partner: httpx.AsyncClient) -> None:
    either = {"commuter_id": "flo", "either": "flo-monday"}
    drive, ride = (
        await post(partner, "offer", offer_body(**either)),
        await post(partner, "request", request_body(**either)),
    )
    await post(partner, "offer", offer_body(commuter_id="dan"))
    await post(partner, "request", request_body(commuter_id="ria"))
    for _ in range(3):
        await run_batch(context)
    states = [await status(partner, drive), await status(partner, ride)]
    assert sorted(states) == ["open", "proposed"]


async def test_people_of_two_partners_ride_together_only_when_both_share(
    context: Context, client_of: MakeClient
) -> None:
    closed = await client_of()
    open_a, open_b = await client_of(shares_with="all"), await client_of(shares_with="all")
    await post(closed, "offer", offer_body())
    request = await post(open_a, "request", request_body())
    await run_batch(context)
    assert await status(open_a, request) == "open"
    await post(open_b, "offer", offer_body())
    await run_batch(context)
    assert await status(open_a, request) == "proposed"


async def test_another_partners_places_are_coarse_until_the_match_is_confirmed(
    context: Context, client_of: MakeClient
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, request = await post(drives, "offer", offer_body()), await post(rides, "request", request_body())
    await run_batch(context)

    def homes(match: dict[str, Any]) -> list[tuple[float, float]]:
        return [(stop["lat"], stop["lon"]) for stop in match["stops"]]

    pickup, depart = (52.31, 4.865), (52.30, 4.86)
    seen = homes(await the_match(drives))
    assert depart in seen
    assert pickup not in seen
    match = await the_match(rides)
    assert pickup in homes(match)
    assert depart not in homes(match)
    assert (await answer(rides, match, "accept", offer)).status_code == 422
    await answer(rides, match, "accept", request)
    await answer(drives, match, "accept", offer)
    assert pickup in homes(await the_match(drives))
    assert depart not in homes(await the_match(rides))


async def test_an_unmatched_trip_expires_when_no_ride_can_be_in_time(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    offer = await post(partner, "offer", offer_body())
    clock.move(hours=4)
    await batches.expire_due(context, "main")
    assert await status(partner, offer) == "expired"
    assert await event_types(context) == ["trip.expired"]


async def test_a_damaged_trip_is_set_aside_and_the_others_are_matched(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await post(partner, "offer", offer_body())
    await post(partner, "request", request_body())
    poisoned = await post(partner, "request", request_body(commuter_id="bad"))
    await context.store.redis.hset(f"{{m:main}}:trip:{poisoned['id']}", "body", '{"origin": 7}')
    batch = await run_batch(context)
    assert (batch.status, batch.matches) == ("completed", 1)


async def test_a_batch_is_asked_for_by_operators_and_read_back(
    context: Context, operator: httpx.AsyncClient, partner: httpx.AsyncClient
) -> None:
    assert (await partner.post("/v1/batches")).status_code == 403
    first = await operator.post("/v1/batches", headers={"Idempotency-Key": "one"})
    assert first.status_code == 202
    again = await operator.post("/v1/batches", headers={"Idempotency-Key": "one"})
    assert again.content == first.content
    read = await operator.get(first.headers["location"])
    assert read.json()["status"] == "requested"
    assert [batch["id"] for batch in (await operator.get("/v1/batches")).json()["items"]] == [first.json()["id"]]
