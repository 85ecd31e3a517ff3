"""What has changed in a market is read on from a place, and nobody goes on past entries that are missing."""

from __future__ import annotations

from typing import Any

import pytest

from service.store import changes, keys
from service.store.client import Store
from service.usecases.context import Context
from tests.factories import offer_body
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import post, shared_car

pytestmark = pytest.mark.anyio
STREAM = keys.CHANGED("{m:main}")


async def test_whatever_changes_is_read_once(context: Context, client_of: MakeClient, store: Store) -> None:
    partner = await client_of()
    start = await changes.newest(store, "main")
    assert await changes.since(store, "main", start) == (set(), start)
    posted = await shared_car(context, partner, "rob")
    found = await changes.since(store, "main", start)
    assert found is not None
    changed, mark = found
    (match,) = (await partner.get("/v1/matches")).json()["items"]
    assert changed == {match["id"], *(trip["id"] for trip in posted)}
    assert mark == await changes.newest(store, "main")
    late = {"trip_id": posted[0]["id"], "delay_s": 60}
    assert (await partner.post(f"/v1/matches/{match['id']}/delay", json=late)).status_code == 200
    found = await changes.since(store, "main", mark)
    assert found is not None
    assert found[0] == {match["id"]}


async def test_who_lags_behind_what_was_cut_off_reads_anew(client_of: MakeClient, store: Store) -> None:
    partner = await client_of()
    await post(partner, "offer", offer_body())
    mark = await changes.newest(store, "main")
    for _ in range(3):
        await post(partner, "offer", offer_body())
    await store.redis.xtrim(STREAM, maxlen=2, approximate=False)
    assert await changes.since(store, "main", mark) is None
    newest = await changes.newest(store, "main")
    assert await changes.since(store, "main", newest) == (set(), newest)


async def test_changes_by_who_does_not_tell_of_them_are_noticed(client_of: MakeClient, store: Store) -> None:
    partner = await client_of()
    await post(partner, "offer", offer_body())
    mark = await changes.newest(store, "main")
    await store.redis.incr(keys.CHANGES("{m:main}"))
    assert await changes.since(store, "main", mark) is None
    mark = await changes.newest(store, "main")
    assert await changes.since(store, "main", mark) == (set(), mark)
    await store.redis.incr(keys.CHANGES("{m:main}"))
    await post(partner, "offer", offer_body())
    assert await changes.since(store, "main", mark) is None


async def test_the_stream_is_bounded(client_of: MakeClient, store: Store) -> None:
    partner = await client_of()

    def fill(pipe: Any) -> None:
        for n in range(20_300):
            pipe.xadd(STREAM, {"id": "off_1", "count": n})

    await store.pipeline(fill)
    await post(partner, "offer", offer_body())  # the next change cuts the stream
    assert await store.redis.xlen(STREAM) <= 20_200
