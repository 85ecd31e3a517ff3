"""What `carpool doctor` finds of live markets' records, and what of it it mends."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from service.model.partners import SCOPES
from service.store import keys
from service.store.client import Store
from service.usecases.checkup import check_up, mend
from service.usecases.context import Context
from service.usecases.markets import list_markets
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.api.rides import post
from tests.service.markets import EAST, WEST, west_and_east
from tests.service.snapshots import snapshot
from tests.service.usecases.test_checkup import told

pytestmark = pytest.mark.anyio
LIST = keys.MARKET_LIST(keys.STORE_TAG)
BOW_TIE = {"type": "Polygon", "coordinates": [[[4.0, 52.0], [4.5, 52.5], [4.5, 52.0], [4.0, 52.5], [4.0, 52.0]]]}


@pytest.fixture
async def caller(client_of: MakeClient) -> httpx.AsyncClient:
    return await client_of(*SCOPES)


async def change(store: Store, name: str, /, **changes: Any) -> None:
    """Write into a market's record what nobody is let write."""
    record = orjson.loads(await store.redis.hget(LIST, name))
    await store.redis.hset(LIST, name, orjson.dumps(record | changes))


async def found(context: Context) -> list[str]:
    """Return what a check finds of markets; nothing else is wrong."""
    report = await check_up(context)
    assert set(told(report)) <= {"market records"}
    return [words for check in report.checks for words in check.examples]


async def test_markets_at_work_are_found_in_order(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await west_and_east(context, clock)
    await post(caller, "offer", offer_body())
    await post(caller, "request", request_body())
    await run_batch(context, market="west")
    report = await check_up(context)
    assert told(report) == {}
    assert next(check.read for check in report.checks if check.name == "market records") == 2


@pytest.mark.parametrize(("changes", "words"), [
    ({"area": BOW_TIE}, "west: /area is not simple"),
    ({"area": {"type": "Point", "coordinates": [4, 52]}}, "west: /area is no GeoJSON"),
    ({"area": None}, "west: /area is missing: the market main takes what no area takes"),
    ({"timezone": "Mars/Olympus"}, "west: /timezone Mars/Olympus is no time zone"),
    ({"policy": {"hold_s": -1}}, "west: /policy/hold_s"),
    ({"currency": "euros"}, "west: /currency"),
    ({"meeting_points": [{"id": "m", "name": "", "lat": 52.3, "lon": 4.5}]}, "west: /meeting_points is no GeoJSON"),
    ({"meeting_points": [{"id": "m", "name": "m", "lat": 52.3, "lon": 5}]}, "west: /meeting_points has m, which is"),
    ({"meeting_points": [{"name": "m", "lat": 52.3, "lon": 5}]}, "west can not be read (KeyError)"),
    ({"number": 0}, "west: has the number of main, 0"),
    ({"number": 5000}, "west: has the number 5000"),
    ({"name": "vest"}, "west can not be read (ValueError)"),
    ({"neighbours": 7}, "west can not be read (TypeError)"),
])  # fmt: skip
async def test_what_is_wrong_with_a_record_is_named_and_left_to_the_operator(
    context: Context, clock: FakeClock, changes: dict[str, Any], words: str
) -> None:
    await west_and_east(context, clock)
    await change(context.store, "west", **changes)
    before = await snapshot(context.store)
    (only,) = await found(context)
    assert only.startswith(words)
    assert told(await mend(context)) == {"market records": 1}
    assert await snapshot(context.store) == before


async def test_areas_that_overlap_are_told_once(context: Context, clock: FakeClock) -> None:
    await west_and_east(context, clock)
    await change(context.store, "east", area=WEST)
    (only,) = await found(context)
    assert "overlaps that of the market" in only
    await change(context.store, "east", area=EAST)
    assert await found(context) == []


async def test_names_that_there_are_none_of_are_taken_out_and_nothing_else(context: Context, clock: FakeClock) -> None:
    west, _ = await west_and_east(context, clock)
    unknown = {"neighbours": ["east", "nowhere", "west"], "policy": {"hold_s": 300, "hold": 3}}
    await change(context.store, "west", **unknown)
    assert len(await found(context)) == 3
    assert told(await mend(context)) == {}
    assert await found(context) == []
    kept = next(market for market in await list_markets(context) if market.name == "west")
    assert (kept.neighbours, kept.policy) == (("east",), {"hold_s": 300})
    assert (kept.area, kept.number) == (west.area, west.number)


async def test_a_neighbour_whose_record_is_damaged_stays_one(context: Context, clock: FakeClock) -> None:
    await west_and_east(context, clock)
    doc = await context.store.redis.hget(LIST, "east")
    await context.store.redis.hset(LIST, "east", "{")
    assert told(await mend(context)) == {"market records": 1}
    await context.store.redis.hset(LIST, "east", doc)
    assert await found(context) == []
    west = next(market for market in await list_markets(context) if market.name == "west")
    assert west.neighbours == ("east",)


async def test_what_is_kept_of_a_market_without_a_record_is_told(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient, client_of: MakeClient
) -> None:
    await west_and_east(context, clock)
    sandboxed = await client_of(partner_id=caller.partner_id, sandbox=True)  # type: ignore[attr-defined]
    for client in (caller, sandboxed):
        await post(client, "offer", offer_body())
    await context.store.redis.hdel(LIST, "west", "east")
    assert await found(context) == ["west has no record, and trips or matches of it are kept"]


async def test_a_market_that_matchers_do_not_know_is_made_known_to_them(context: Context, clock: FakeClock) -> None:
    await west_and_east(context, clock)
    await context.store.redis.srem(keys.MARKETS, "east")
    assert told(await check_up(context)) == {"known": 1}
    assert told(await mend(context)) == {}
    assert await context.store.redis.sismember(keys.MARKETS, "east")
