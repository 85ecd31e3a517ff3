"""Several live markets over HTTP: trips go to that of their origin, and are found wherever they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from service.ids import market_number, new_id
from service.model.partners import SCOPES
from service.store import batches, keys
from service.store.markets import MarketList
from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from tests.conftest import FakeClock
from tests.factories import HOME, WORK, offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import back, carrying, confirm, explained, post, status
from tests.service.markets import ACROSS, FAR_AWAY, IN_EAST, WEST, west_and_east

pytestmark = pytest.mark.anyio


@pytest.fixture
async def towns(context: Context, clock: FakeClock) -> dict[str, int]:
    """Two markets side by side, by number."""
    return {market.name: market.number for market in await west_and_east(context, clock)}


async def holds(context: Context, market: str, id_: str) -> bool:
    key = keys.MATCH if id_.startswith("mat_") else keys.TRIP
    return bool(await context.store.redis.exists(key(keys.market_tag(market), id_)))


def far(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a body whose trip is in no area."""
    return {**body, "origin": FAR_AWAY, "destination": {"lat": 48.15, "lon": 11.55}, **changes}


async def test_a_trip_is_in_the_market_of_its_origin_and_names_it(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    posted = {
        "west": await post(partner, "offer", offer_body()),
        "east": await post(partner, "offer", offer_body(origin=IN_EAST, destination=HOME)),
        "main": await post(partner, "offer", far(offer_body())),
    }
    for name, trip in posted.items():
        assert await holds(context, name, trip["id"])
        assert market_number(trip["id"]) == towns.get(name, 0)
        assert (await partner.get(f"/v1/offers/{trip['id']}")).json() == trip
        assert (await partner.delete(f"/v1/offers/{trip['id']}")).json()["status"] == "cancelled"
        assert await violations(context.store, name) == []


async def test_what_starts_in_no_market_is_refused(context: Context, partner: httpx.AsyncClient) -> None:
    await update_market(context, "main", MarketChange(area=WEST))
    assert (await partner.post("/v1/offers", json=offer_body())).status_code == 201
    refused = await partner.post("/v1/offers", json=far(offer_body()))
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert (fault["pointer"], "no market" in fault["detail"]) == ("/origin", True)


async def test_a_way_back_is_in_the_market_of_its_way_out(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    out = await post(partner, "request", request_body(destination=IN_EAST))
    way_back = await post(partner, "request", back(request_body(destination=IN_EAST), return_of=out["id"]))
    assert await holds(context, "west", way_back["id"])
    assert market_number(way_back["id"]) == towns["west"]


async def test_a_ride_in_a_market_of_its_own_with_its_own_policy(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient, clock: FakeClock
) -> None:
    await update_market(context, "west", MarketChange(currency="SEK", policy={"hold_s": 77, "batch_interval_s": 200}))
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    assert offer["decide_at"] == "2027-03-01T05:04:00Z"  # the interval, and the 30 s that a batch may take
    assert (await run_batch(context)).matches == 0
    batch = await run_batch(context, market="west")
    assert batch.matches == 1
    match = await carrying(partner, offer)
    assert market_number(match["id"]) == towns["west"]
    assert match["riders"][0]["cost_share"]["currency"] == "SEK"
    assert match["expires_at"] == "2027-03-01T05:01:27Z"
    await confirm(partner, offer, request)
    assert [await status(partner, trip) for trip in (offer, request)] == ["confirmed"] * 2
    assert await violations(context.store, "west") == []


async def test_a_batch_is_by_the_policy_that_another_process_wrote_just_before(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    matcher = replace(context, markets=MarketList())
    assert (await matcher.markets.read(context.store)).named("west")
    offer, _ = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await update_market(context, "west", MarketChange(currency="SEK"))
    assert (await run_batch(matcher, market="west")).matches == 1
    assert (await carrying(partner, offer))["riders"][0]["cost_share"]["currency"] == "SEK"


async def test_lists_merge_all_markets_newest_first_and_their_pages_are_stable(
    towns: dict[str, int], partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    stranger = await client_of()
    bodies = [request_body(), request_body(origin=IN_EAST, destination=HOME), far(request_body())]
    ids = [(await post(partner, "request", bodies[n % 3]))["id"] for n in range(9)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await partner.get(f"/v1/requests?limit=2{cursor}")).json()
        seen += [trip["id"] for trip in page["items"]]
        await post(partner, "request", bodies[len(seen) % 3])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ids[::-1]
    assert (await stranger.get("/v1/requests")).json()["items"] == []


async def test_a_page_of_a_list_is_two_round_trips_whatever_the_number_of_markets(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for body in (request_body(), request_body(origin=IN_EAST, destination=HOME)):
        await post(partner, "request", body)
    trips, pipeline = 0, type(context.store).pipeline

    async def counted(*given: Any, **more: Any) -> list[Any]:
        nonlocal trips
        trips += 1
        return await pipeline(*given, **more)

    monkeypatch.setattr(type(context.store), "pipeline", counted)
    assert len((await partner.get("/v1/requests")).json()["items"]) == 2
    assert trips == 2  # the indexes, and the records


async def test_ids_made_before_they_named_a_market_are_found(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(1, 100))
    monkeypatch.setattr("service.usecases.context.new_id", lambda kind, *_: new_id(kind, next(numbers)))
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    monkeypatch.undo()
    await west_and_east(context, clock)
    match = await carrying(partner, offer)
    assert [market_number(thing["id"]) for thing in (offer, request, match)] == [1, 2, 3]
    await confirm(partner, offer, request)
    assert (await partner.delete(f"/v1/requests/{request['id']}")).json()["status"] == "cancelled"


async def test_another_tenants_things_are_not_there_in_any_market(
    towns: dict[str, int], partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    trip = await post(partner, "offer", offer_body())
    assert (await (await client_of()).get(f"/v1/offers/{trip['id']}")).status_code == 404
    sandbox = await client_of(partner_id=partner.partner_id, sandbox=True)
    assert (await sandbox.get(f"/v1/offers/{trip['id']}")).status_code == 404
    inside = await post(sandbox, "offer", offer_body())
    assert market_number(inside["id"]) == 0
    assert (await partner.get(f"/v1/offers/{inside['id']}")).status_code == 404
    assert (await sandbox.get("/v1/offers")).json()["items"] == [inside]


async def test_partners_see_the_markets(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    await update_market(context, "west", MarketChange(timezone="Europe/Amsterdam", currency="SEK"))
    assert (await partner.get("/v1/markets")).json()["items"][:2] == [
        {"name": "main", "area": None, "timezone": "UTC", "currency": "EUR", "decide": "at_once", "fallback": None},
        {
            "name": "west",
            "area": WEST,
            "timezone": "Europe/Amsterdam",
            "currency": "SEK",
            "decide": "at_once",
            "fallback": None,
        },
    ]
    assert (await (await client_of("webhooks:manage")).get("/v1/markets")).status_code == 403
    assert (await (await client_of("operator")).get("/v1/markets")).status_code == 200


async def test_batches_are_asked_for_by_market_and_listed_by_it(
    context: Context, towns: dict[str, int], operator: httpx.AsyncClient, client_of: MakeClient
) -> None:
    asked = {}
    for name, body in {"main": None, "west": {"market": "west"}, "east": {"market": "east"}}.items():
        answer = await operator.post("/v1/batches", json=body)
        assert (answer.status_code, answer.json()["market"]) == (202, name)
        asked[name] = answer.json()["id"]
        assert (await operator.get(answer.headers["location"])).json() == answer.json()
    assert market_number(asked["west"]) == towns["west"]

    async def listed(query: str = "") -> list[str]:
        return [batch["id"] for batch in (await operator.get(f"/v1/batches{query}")).json()["items"]]

    assert await listed() == sorted(asked.values(), reverse=True)
    assert await listed("?market=east") == [asked["east"]]
    assert await listed("?market=nowhere") == []
    refused = await operator.post("/v1/batches", json={"market": "nowhere"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/market")
    assert (await operator.post("/v1/batches", json={"markt": "west"})).status_code == 422
    sandbox = await client_of(*SCOPES, partner_id=operator.partner_id, sandbox=True)
    assert (await sandbox.post("/v1/batches", json={"market": "west"})).json()["market"].startswith("sandbox-")


async def test_a_market_is_late_by_itself(
    context: Context, clock: FakeClock, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    assert (await partner.get("/readyz")).status_code == 503
    for name in ("main", "west", "east"):
        await batches.mark_tick(context.store, name, clock.now())
    clock.move(minutes=5)
    for name in ("main", "east"):
        await batches.mark_tick(context.store, name, clock.now())
    ready = await partner.get("/readyz")
    assert (ready.status_code, ready.json()["late_markets"]) == (200, ["west"])
    clock.move(minutes=5)
    assert (await partner.get("/readyz")).status_code == 503


async def test_trips_stay_where_they_are_when_areas_change(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    trip = await post(partner, "offer", offer_body(origin=WORK, destination=HOME))
    smaller = {"type": "Polygon", "coordinates": [[[4.95, 52], [5, 52], [5, 52.6], [4.95, 52.6], [4.95, 52]]]}
    await update_market(context, "east", MarketChange(area=smaller))
    later = await post(partner, "offer", offer_body(origin=WORK, destination=HOME))
    assert await holds(context, "east", trip["id"])
    assert await holds(context, "main", later["id"])
    assert (await partner.get(f"/v1/offers/{trip['id']}")).json() == trip


async def looked(client: httpx.AsyncClient, body: dict[str, Any], role: str = "rider") -> list[dict[str, Any]]:
    """Return the journeys of who would post a body."""
    ends = {name: f"{body[end]['lat']},{body[end]['lon']}" for name, end in (("from", "origin"), ("to", "destination"))}
    times = {name: body[name] for name in ("earliest_departure", "latest_arrival")}
    answer = await client.get("/v1/journeys", params={"role": role, **ends, **times})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_who_looks_from_over_the_border_sees_what_a_batch_would_match(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    rider = request_body(**ACROSS)
    assert await looked(partner, rider) == []
    offer = await post(partner, "offer", offer_body())
    (found,) = await looked(partner, rider)
    assert (found["role"], found["trip_id"], found["certain"]) == ("driver", offer["id"], True)
    request = await post(partner, "request", rider)
    (met,) = await looked(partner, offer_body(), role="driver")
    assert met["trip_id"] == request["id"]
    for trip in (offer, request):
        told = await explained(partner, trip)
        assert (told["reason"], told["counterparts"], told["possible"]) == ("waiting_for_batch", 1, 1)
    for market in ("east", "west"):
        await run_batch(context, market=market)
    assert [await status(partner, trip) for trip in (offer, request)] == ["proposed"] * 2
    assert await looked(partner, rider) == []


async def test_a_car_with_riders_is_seen_from_over_the_border_as_its_own_market_may_fill_it(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context, market="west")
    await confirm(partner, offer, request)
    newcomer = await post(partner, "request", request_body(**ACROSS, commuter_id="ann"))
    (found,) = await looked(partner, request_body(**ACROSS))
    assert (found["trip_id"], found["riders"]) == (offer["id"], 1)
    assert (await explained(partner, newcomer))["reason"] == "waiting_for_batch"
    await update_market(context, "west", MarketChange(neighbours=[]))
    assert await looked(partner, request_body(**ACROSS)) == []  # no batch of the east would take the car
    assert (await explained(partner, newcomer))["reason"] == "nobody_there"


async def test_what_stays_in_its_market_is_not_seen_from_another(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    await update_market(context, "west", MarketChange(neighbours=[]))
    out = await post(partner, "request", request_body())
    driver = offer_body(origin={"lat": 52.305, "lon": 4.885}, destination=WORK)
    assert len(await looked(partner, driver, role="driver")) == 1
    way_back = await post(partner, "request", back(request_body(), return_of=out["id"]))
    assert await looked(partner, driver, role="driver") == []
    await partner.delete(f"/v1/requests/{way_back['id']}")
    assert len(await looked(partner, driver, role="driver")) == 1
    await post(partner, "offer", driver)
    await post(partner, "request", request_body(commuter_id="eve", either="eve"))
    assert len(await looked(partner, driver, role="driver")) == 1
    await partner.delete(f"/v1/requests/{out['id']}")
    assert await looked(partner, driver, role="driver") == []


async def test_of_changes_that_would_help_here_and_over_the_border_the_smaller_is_named(
    context: Context, towns: dict[str, int], partner: httpx.AsyncClient
) -> None:
    offer = await post(partner, "offer", offer_body(max_detour_s=0))

    async def helps() -> tuple[int, int]:
        told = await explained(partner, offer)
        assert (told["reason"], told["possible"]) == ("nobody_fits", 0)
        (change,) = told["changes"]
        assert change["field"] == "max_detour_s"
        return change["value"], change["counterparts"]

    farther = await post(partner, "request", request_body(origin={"lat": 52.335, "lon": 4.95}, destination=IN_EAST))
    (value, _) = await helps()
    await post(partner, "request", request_body())
    (nearer, count) = await helps()
    assert (nearer < value, count) == (True, 1)
    await post(partner, "request", request_body(commuter_id="ann", **ACROSS))
    assert await helps() == (nearer, 2)  # both at once: one here, one there
    await partner.delete(f"/v1/requests/{farther['id']}")
    assert await helps() == (nearer, 2)
