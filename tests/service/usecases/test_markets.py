"""Markets: made, changed and known by every process within seconds."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from service.errors import Invalid, NotFound
from service.model.markets import Market, Markets
from service.settings import Settings
from service.store import keys, markets, trips
from service.usecases.context import Context
from service.usecases.markets import MarketChange, create_market, get_market, list_markets, update_market
from service.usecases.partners import create_key, create_partner
from tests.conftest import FakeClock
from tests.service.markets import EAST, WEST, make_market, points, twice, west_and_east

pytestmark = pytest.mark.anyio


async def test_main_exists_by_itself_and_takes_what_no_area_takes(context: Context, clock: FakeClock) -> None:
    assert [market.name for market in await list_markets(context)] == ["main"]
    await west_and_east(context, clock)
    known = await context.markets.read(context.store)
    places = [(52.3, 4.5), (52.3, 5.0), (48.1, 11.5)]
    assert [known.at(*place, clock.now()).name for place in places] == ["west", "east", "main"]  # type: ignore[union-attr]
    assert {"main", "west", "east"} <= set(await trips.markets(context.store))


async def test_what_is_in_no_area_goes_nowhere_once_all_markets_have_one(context: Context, clock: FakeClock) -> None:
    await update_market(context, "main", MarketChange(area=WEST))
    known = await context.markets.read(context.store)
    assert known.at(52.3, 4.5, clock.now()) == await get_market(context, "main")
    assert known.at(48.1, 11.5, clock.now()) is None
    rest = await make_market(context, "rest")
    clock.move(seconds=10)
    assert (await context.markets.read(context.store)).at(48.1, 11.5, clock.now()) == rest


@pytest.mark.parametrize(
    ("given", "pointer", "words"),
    [
        ({"area": None}, "/area", "main takes what no area takes"),
        ({"area": {"type": "Polygon"}}, "/area", "no GeoJSON"),
        ({"area": EAST | {"coordinates": [[[4.5, 52.2], [5, 52.2], [5, 52.3], [4.5, 52.2]]]}}, "/area", "overlaps"),
        ({"area": EAST, "neighbours": ["west", "north"]}, "/neighbours", "north"),
        ({"area": EAST, "neighbours": ["east"]}, "/neighbours", "east"),
        ({"area": EAST, "timezone": "Mars/Olympus"}, "/timezone", "Mars/Olympus"),
        ({"area": EAST, "timezone": "../../etc/passwd"}, "/timezone", "is no time zone"),
        ({"area": EAST, "currency": "euro"}, "/currency", "pattern"),
        ({"area": EAST, "policy": {"hold_s": 0}}, "/policy/hold_s", "greater than or equal to 1"),
        ({"area": EAST, "meeting_points": WEST}, "/meeting_points", "no GeoJSON FeatureCollection"),
        ({"area": EAST, "meeting_points": points(m=(52.3, 4.5))}, "/meeting_points", "m, which is outside"),
        ({"area": EAST, "meeting_points": points(w=(52.3, 5.0))}, "/meeting_points", "w, which the market west has"),
        ({"area": EAST, "meeting_points": twice("e", (52.3, 5.0))}, "/meeting_points", "e, which another of them has"),
        (
            {"area": EAST, "meeting_points": points(**{"e e": (52.3, 5.0)})},
            "/meeting_points",
            "features/0/properties/id",
        ),
        (
            {"area": EAST, "meeting_points": points(e=(152.3, 5.0))},
            "/meeting_points",
            "features/0/geometry/coordinates",
        ),
        (
            {"area": EAST, "meeting_points": points(**{f"e{n}": (52.3, 5.0) for n in range(2001)})},
            "/meeting_points",
            "2,000",
        ),
        ({"area": EAST, "policy": {"port": 1}}, "/policy/port", "hold_s"),
    ],
)
async def test_a_market_that_can_not_be_is_refused_with_the_reason(
    context: Context, given: dict[str, Any], pointer: str, words: str
) -> None:
    await make_market(context, "west", area=WEST, meeting_points=points(w=(52.3, 4.5)))
    with pytest.raises(Invalid) as refused:
        await make_market(context, "east", **given)
    (fault,) = refused.value.faults
    assert fault.pointer == pointer
    assert words in fault.detail
    assert [market.name for market in await list_markets(context)] == ["main", "west"]


@pytest.mark.parametrize("name", ["", "North", "sandbox-par_x", "a" * 41, "1st", "a:b", "{m}", "west"])
async def test_a_name_is_good_and_new(context: Context, name: str) -> None:
    await make_market(context, "west", area=WEST, meeting_points=points(w=(52.3, 4.5)))
    with pytest.raises(Invalid):
        await make_market(context, name, area=EAST)


async def test_a_policy_falls_back_to_the_settings(context: Context) -> None:
    settings = Settings(hold_s=99, cost_per_km=0.5)
    market = await make_market(context, "west", area=WEST, currency="SEK", policy={"hold_s": 60, "notice_s": 0})
    own = market.settings(settings)
    assert (own.hold_s, own.notice_s, own.cost_per_km, own.currency) == (60, 0, 0.5, "SEK")
    changed = await update_market(context, "west", MarketChange(policy={"hold_s": 30}, timezone="Europe/Stockholm"))
    assert changed.policy == {"hold_s": 30, "notice_s": 0}
    assert (changed.version, changed.area, changed.number) == (2, market.area, market.number)
    with pytest.raises(NotFound):
        await update_market(context, "north", MarketChange())


async def test_of_markets_made_at_once_none_overlap_and_none_share_a_number(context: Context) -> None:
    def strip(n: int) -> dict[str, Any]:
        west, east = n // 2 * 1.0, n // 2 + 1.0  # each strip is asked for twice
        ring = [[west, 0.0], [east, 0.0], [east, 1.0], [west, 1.0], [west, 0.0]]
        return {"type": "Polygon", "coordinates": [ring]}

    made = await asyncio.gather(
        *(create_market(context, f"m{n}", MarketChange(area=strip(n))) for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(market, Invalid) for market in made) == 4
    kept = await list_markets(context)
    assert [market.number for market in kept] == [0, 1, 2, 3, 4]


async def test_a_process_learns_of_a_market_before_that_takes_trips_and_asks_seldom(
    context: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s, store = 0.0, context.store
    monkeypatch.setattr(markets, "monotonic_s", lambda: now_s)
    other = markets.MarketList()  # of another process
    await other.read(store)
    made = await make_market(context, "west", area=WEST)
    assert len(await other.read(store)) == 1
    calls = (await store.redis.info("commandstats")).get("cmdstat_hget", {"calls": 0})["calls"]
    for _ in range(100):
        await other.read(store)
    assert (await store.redis.info("commandstats")).get("cmdstat_hget", {"calls": 0})["calls"] == calls
    now_s += markets.KNOWN_WITHIN_S
    known = await other.read(store)
    assert known.named("west") == made
    opens_at = clock.now() + timedelta(seconds=markets.KNOWN_WITHIN_S)
    assert known.at(52.3, 4.5, opens_at).name == "main"  # type: ignore[union-attr]
    assert made.opens_at is not None
    assert known.at(52.3, 4.5, made.opens_at) == made


async def test_a_record_that_can_not_be_read_costs_the_others_nothing(context: Context, clock: FakeClock) -> None:
    await west_and_east(context, clock)
    await context.store.redis.hset(keys.MARKET_LIST(keys.STORE_TAG), "west", "{")
    assert [market.name for market in await list_markets(context)] == ["main", "east"]


def test_an_old_id_is_looked_for_where_it_seems_to_be_and_then_in_main() -> None:
    known = Markets([Market("west", 5)])
    assert [market.name for market in known.of_id("off_" + "0" * 25 + "5")] == ["west", "main"]
    assert [market.name for market in known.of_id("off_" + "0" * 25 + "6")] == ["main"]
    assert [market.name for market in known.of_id("off_" + "0" * 26)] == ["main"]


async def test_a_sandbox_is_no_live_market(context: Context) -> None:
    partner = await create_partner(context, "acme")
    await create_key(context, partner.id, sandbox=True)
    assert [market.name for market in await list_markets(context)] == ["main"]


async def test_meeting_points_are_set_anew_kept_and_taken_away(context: Context, clock: FakeClock) -> None:
    await west_and_east(context, clock)
    await update_market(context, "west", MarketChange(meeting_points=points(a=(52.3, 4.5), b=(52.3, 4.6))))
    market = await update_market(context, "west", MarketChange(currency="SEK"))
    assert [point.id for point in market.meeting_points] == ["a", "b"]
    assert (await get_market(context, "west")).meeting_points == market.meeting_points
    with pytest.raises(Invalid) as refused:
        await update_market(context, "west", MarketChange(area=farther_west(4.55)))
    assert "b, which is outside" in refused.value.faults[0].detail
    await update_market(context, "west", MarketChange(area=farther_west(4.55), meeting_points=points(b=(52.3, 4.5))))
    assert [point.lon for point in (await get_market(context, "west")).meeting_points] == [4.5]
    await update_market(context, "west", MarketChange(meeting_points=points()))
    assert (await get_market(context, "west")).meeting_points == ()


def farther_west(lon: float) -> dict[str, Any]:
    """Return the west's area as far as a longitude."""
    return {"type": "Polygon", "coordinates": [[[4.0, 52.0], [lon, 52.0], [lon, 52.6], [4.0, 52.6], [4.0, 52.0]]]}
