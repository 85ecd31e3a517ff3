"""The matcher looks after sandboxes by their own time: what falls due when that is moved on happens at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.model.partners import Caller
from service.model.trips import OfferDraft, RequestDraft
from service.settings import Settings
from service.store import trips
from service.store.listing import PageOf
from service.usecases.context import Context, in_world
from service.usecases.matches import list_matches
from service.usecases.trips import post_trip
from service.usecases.worlds import move_time, reset
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.making import eventually
from tests.service.matchers import engine, matching

pytestmark = pytest.mark.anyio
CALLER = Caller("par_x", "key_x", frozenset(), sandbox=True)


async def statuses(context: Context) -> list[str]:
    page = await list_matches(context, CALLER, PageOf(), status=None, commuter=None)
    return [match.status for match in page.items]


async def post_pair(context: Context) -> None:
    """Post a driver and a rider who fit, in two days."""
    await trips.remember_market(context.store, CALLER.world)
    leave = context.clock.now() + timedelta(days=2)
    times = {"earliest_departure": leave, "latest_arrival": leave + timedelta(hours=1)}
    await post_trip(context, CALLER, "offer", OfferDraft(**offer_body(**times)), lambda _: None)
    await post_trip(context, CALLER, "request", RequestDraft(**request_body(**times)), lambda _: None)


async def test_a_move_ends_proposals_and_runs_the_next_batch_however_long_the_interval(real_context: Context) -> None:
    context = replace(real_context, settings=Settings(batch_interval_s=86_400))
    await post_pair(context)
    async with matching(context, engine):
        for wanted in (["proposed"], ["proposed", "expired"], ["proposed", "expired", "expired"]):

            async def seen(wanted: list[str] = wanted) -> bool:
                return await statuses(context) == wanted

            await eventually(seen, 150)
            world = await in_world(context, CALLER.world)
            await move_time(world, CALLER, world.clock.now() + timedelta(minutes=11))
    assert await violations(context.store, CALLER.world) == []


async def test_what_a_batch_proposes_may_be_answered_though_the_clock_was_moved_meanwhile(context: Context) -> None:
    await post_pair(context)
    moved_to = context.clock.now() + timedelta(days=1)

    async def move() -> None:
        await move_time(context, CALLER, moved_to)

    batch = await run_batch(context, market=CALLER.world, meanwhile=move)
    assert (batch.status, batch.matches) == ("completed", 1)
    assert batch.finished_at is not None
    assert batch.finished_at >= moved_to
    (match,) = (await list_matches(context, CALLER, PageOf(), status=None, commuter=None)).items
    assert match.created_at >= moved_to
    assert match.expires_at is not None
    assert match.expires_at > match.created_at
    assert await violations(context.store, CALLER.world) == []


async def test_a_sandbox_that_is_emptied_while_it_is_looked_after_goes_on_as_a_new_one(real_context: Context) -> None:
    async with matching(real_context, engine):
        for _ in range(2):
            await post_pair(real_context)

            async def proposed() -> bool:
                return await statuses(real_context) == ["proposed"]

            await eventually(proposed, 150)
            await reset(real_context, CALLER)
            assert await statuses(real_context) == []
    assert await violations(real_context.store, CALLER.world) == []
