"""Whatever partners do and wherever processes are killed: each trip is in one market, and nobody in two cars."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from service.errors import Busy, Invalid, NotFound, StaleVersion, WrongState
from service.model.partners import Caller
from service.model.trips import OfferDraft, RequestDraft
from service.settings import Settings
from service.store import moves as store_moves
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.store.moves import Moving
from service.usecases import answers, batches, moves, trips
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.invariants import violations, violations_between
from tests.running import run_batch
from tests.service.markets import ACROSS, west_and_east

ALL = ("main", "west", "east")
STEPS = ("read_moving", "receive", "forward", "")
CALLER = Caller("par_x", "key_x", frozenset(), sandbox=False)
LEGS = {  # from either side of the border, to either side
    "west": {"origin": {"lat": 52.30, "lon": 4.86}, "destination": {"lat": 52.37, "lon": 4.90}},
    "edge": {"origin": {"lat": 52.32, "lon": 4.879}, "destination": {"lat": 52.36, "lon": 4.895}},
    "east": ACROSS,
}
OPENING = (  # after which each side's next batch may take from the other
    ("post", "request", "east", False), ("post", "request", "east", False), ("batch", "east", ""),
    ("post", "offer", "west", False), ("post", "offer", "edge", False),
)  # fmt: skip
_towns, _which = st.sampled_from(["west", "east"]), st.integers(0, 30)
_deeds = st.one_of(
    st.tuples(st.just("post"), st.sampled_from(["offer", "request"]), st.sampled_from(sorted(LEGS)), st.booleans()),
    st.tuples(st.just("post"), st.sampled_from(["offer", "request"]), st.sampled_from(sorted(LEGS)), st.booleans()),
    st.tuples(st.just("back"), _which),
    st.tuples(st.just("batch"), _towns, st.sampled_from(STEPS)),
    st.tuples(st.just("batch"), _towns, st.just("")),
    st.tuples(st.just("batch"), _towns, st.sampled_from(STEPS)),
    st.tuples(st.just("finish"), _towns),
    st.tuples(st.just("late"), _which),
    st.tuples(st.just("cancel"), _which),
    st.tuples(st.just("answer"), _which, st.sampled_from(["accepted", "accepted", "declined"])),
    st.tuples(st.just("wait"), st.sampled_from([11, 35])),
)


class Killed(Exception):
    """The process is no more."""


class World:
    """Two markets that take each other's trips, and what was posted to them."""

    def __init__(self, context: Context, clock: FakeClock) -> None:
        self.context, self.clock = context, clock
        self.posted: list[str] = []
        self.stood_still: list[Moving] = []  # as a process holds them that is paused between two steps

    async def post(self, kind: Any, leg: str, either: bool) -> None:
        body = offer_body if kind == "offer" else request_body
        draft = OfferDraft if kind == "offer" else RequestDraft
        await self._post(kind, draft(**body(**LEGS[leg], **({"either": "e"} if either else {}))))

    async def back(self, which: int) -> None:
        requests = [id_ for id_ in self.posted if id_.startswith("req_")]
        if requests:
            there = LEGS["west"]
            times = {"earliest_departure": "2027-03-01T17:00:00+01:00", "latest_arrival": "2027-03-01T18:30:00+01:00"}
            leg = {"origin": there["destination"], "destination": there["origin"], **times}
            await self._post("request", RequestDraft(**request_body(**leg, return_of=requests[which % len(requests)])))

    async def _post(self, kind: Any, draft: Any) -> None:
        with suppress(Invalid, Busy):
            trip, _ = await trips.post_trip(self.context, CALLER, kind, draft, lambda _: None)
            self.posted.append(trip.id)

    async def batch(self, market: str, killed_before: str) -> None:
        async def killed(*_: Any) -> None:
            raise Killed

        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            if killed_before:
                patch.setattr(store_moves, killed_before, killed)
            done = await run_batch(self.context, market=market)
            if done.matches and done.sizes.get("trips_of_neighbours"):
                event("a neighbour's trip was there to match")
        for name in ("west", "east"):
            ids = await store_moves.moving_ids(self.context.store, name)
            found, _ = await store_moves.read_moving(self.context.store, [(name, id_) for id_ in ids])
            self.stood_still += found
            if found:
                event("a move was left by a killed process")

    async def finish(self, market: str) -> None:
        await moves.finish_left(self.context, market)

    async def late(self, which: int) -> None:
        if self.stood_still:
            some = [self.stood_still[which % len(self.stood_still)]]
            await store_moves.receive(self.context.store, some)
            await store_moves.forward(self.context.store, some, 60)

    async def cancel(self, which: int) -> None:
        if self.posted:
            id_ = self.posted[which % len(self.posted)]
            kind: Any = "offer" if id_.startswith("off_") else "request"
            with suppress(WrongState, StaleVersion):
                await trips.cancel_trip(self.context, CALLER, kind, id_, None)

    async def answer(self, which: int, given: Any) -> None:
        if self.posted:
            id_ = self.posted[which % len(self.posted)]
            kind: Any = "offer" if id_.startswith("off_") else "request"
            trip = await trips.get_trip(self.context, CALLER, kind, id_)
            if trip.match_id:
                with suppress(WrongState, NotFound):
                    await answers.answer(self.context, CALLER, trip.match_id, id_, given)

    async def wait(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)
        for market in ALL:
            await batches.expire_due(self.context, market)

    async def sound(self) -> None:
        for market in ALL:
            assert await violations(self.context.store, market) == []
        assert await violations_between(self.context.store, ALL, self.posted) == []


async def _live(url: str, deeds: list[tuple[Any, ...]]) -> None:
    store = Store(url)
    try:
        await store.redis.flushall()
        await store.load_functions()
        clock = FakeClock()
        world = World(Context(store, clock, Settings()), clock)
        await west_and_east(world.context, clock)
        for name, *given_ in (*OPENING, *deeds):
            await getattr(world, name)(*given_)
            await world.sound()
        await world.finish("west")
        await world.finish("east")
        await world.sound()
        report = await check_up(world.context)
        assert [check.examples for check in report.checks if check.wrong] == []
    finally:
        await store.close()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_deeds, min_size=4, max_size=20))
def test_each_trip_is_in_one_market_and_nobody_in_two_cars(valkey: EmbeddedStore, deeds: list[tuple[Any, ...]]) -> None:
    asyncio.run(_live(valkey.url, deeds))
