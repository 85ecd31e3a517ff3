"""Riders are invited to an agreed car while everybody in it does something else: no order of it contradicts itself."""

from __future__ import annotations

import asyncio
import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.store.embedded import EmbeddedStore
from service.usecases import batches
from service.usecases.checkup import check_up
from tests.chaos.town import Deed, Town
from tests.running import run_batch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES", "15"))
INVITED = [2, 3]  # the trips, in the order in which they are posted
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "accept", "decline", "cancel", "delete", "delay", "start", "no_show"]),
        st.sampled_from([0, 1, *INVITED, *INVITED]),
    ),
    max_size=6,
)  # fmt: skip


@settings(
    max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(
    deeds=st.lists(DEEDS, min_size=1, max_size=3), seconds=st.sampled_from([0, 0, 300, 700]), whose=st.integers(0, 1)
)
def test_an_invitation_and_whatever_happens_to_its_car_at_once_leave_one_truth(
    valkey: EmbeddedStore, deeds: list[list[Deed]], seconds: int, whose: int
) -> None:
    async def live() -> None:
        town = await Town.open(valkey.url)
        try:
            await town.post("offer", 0, 0, None)
            await town.post("request", 0, 0, None)
            await run_batch(town.context)
            await town.act([("accept", 0), ("accept", 1)])
            for _ in INVITED:
                await town.post("request", 0, whose, None)
            assert (await run_batch(town.context)).riders == len(INVITED)
            for some in deeds:
                town.clock.move(seconds=seconds)
                await asyncio.gather(town.act(some), batches.expire_due(town.context, "main"))
                assert await town.wrong() == []
            await run_batch(town.context)
            assert await town.wrong() == []
            assert (await check_up(town.context)).wrong == 0
        finally:
            await town.close()

    asyncio.run(live())
