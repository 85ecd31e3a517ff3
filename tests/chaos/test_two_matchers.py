"""A matcher that is stopped in the midst of a batch, past its lease, and goes on: nothing it writes then is taken."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from service.model.partners import Caller
from service.model.trips import OfferDraft, RequestDraft
from service.store import batches, keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.store.listing import PageOf
from service.usecases.context import Context
from service.usecases.trips import post_trip
from tests.chaos.roles import running
from tests.factories import corridor, offer_body, request_body
from tests.invariants import violations
from tests.service.making import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
TRIPS = 240


async def test_a_matcher_stopped_past_its_lease_publishes_nothing_when_it_goes_on(
    store: Store, valkey: EmbeddedStore, real_context: Context, tmp_path: Path
) -> None:
    await post_a_morning(real_context)
    quick = {"batch_interval_s": 0.5, "batch_time_limit_s": 20}
    first_log, second_log = tmp_path / "first.log", tmp_path / "second.log"
    async with running("matcher", valkey, first_log, **quick) as first:
        stopped = await eventually(lambda: under_way(store), 120)
        first.send_signal(signal.SIGSTOP)
        # The second finds no ride: to it all trips leave too soon. So every proposal is the first one's.
        async with running("matcher", valkey, second_log, **quick, notice_s=86_400) as second:
            await eventually(lambda: ended(store, besides=stopped), 120)
            assert (await status_of(store, stopped)) == "failed"
            first.send_signal(signal.SIGCONT)
            # Refused as stale; or, where it was stopped in a call of the store, by that call's deadline first.
            await eventually(lambda: asyncio.to_thread(says, first_log, "matcher_waits"), 60)
            assert (await status_of(store, stopped)) == "failed"
            assert await proposed(store) == []
            assert await violations(store) == []
            second.terminate()
            assert await second.wait() == 0
        by_batches = set(await eventually(lambda: proposed(store), 60))
        assert stopped not in by_batches
        first.terminate()
        assert await first.wait() == 0
    assert await violations(store) == []


async def post_a_morning(context: Context) -> None:
    """Post trips that leave in three hours, alike on each of twelve corridors: many plans are as good as the best."""
    leave = context.clock.now() + timedelta(hours=3)
    times = {"earliest_departure": leave, "latest_arrival": leave + timedelta(hours=1)}
    caller = Caller("par_x", "key_x", frozenset(), sandbox=False)
    for n in range(TRIPS):
        who = {"commuter_id": f"c{n}"}
        offer = OfferDraft(**corridor(offer_body(**times, **who), n % 12))
        request = RequestDraft(**corridor(request_body(**times, **who), n % 12))
        kind, draft = ("offer", offer) if n % 24 < 12 else ("request", request)
        await post_trip(context, caller, kind, draft, lambda _: None)


async def under_way(store: Store) -> str | None:
    """Return the batch that is running, if one is."""
    running = await batches.running_batches(store, "main")
    return running[0].id if running else None


async def ended(store: Store, besides: str) -> bool:
    """Say whether another batch has come to its end."""
    listed = (await batches.list_batches(store, ["main"], PageOf())).items
    return any(batch.status == "completed" and batch.id != besides for batch in listed)


async def status_of(store: Store, batch_id: str) -> str:
    """Return a batch's status as it is kept."""
    (batch,) = await batches.get_batches(store, "main", [batch_id])
    assert batch is not None
    return batch.status


async def proposed(store: Store) -> list[str]:
    """Return of which batches the matches are."""
    found = [key async for key in store.redis.scan_iter(keys.MATCH(keys.market_tag("main"), "*"), count=1000)]
    return [orjson.loads(await store.redis.hget(key, "doc"))["batch_id"] for key in found]


def says(log: Path, what: str) -> bool:
    """Say whether a log has a text."""
    return what in log.read_text()
