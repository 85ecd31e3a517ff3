"""The store keeps the certificates of the newest batches, as many bytes as it may, beside the batches themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.model.batches import Batch
from service.store import batches, certificates, keys, leases
from service.store.client import Store
from service.store.leases import Lease

pytestmark = pytest.mark.anyio
NOW = datetime(2027, 3, 1, 5, tzinfo=UTC)
TAG = keys.market_tag("main")
ODD = bytes(range(256))  # no text in any encoding of one


@pytest.fixture
async def lease(store: Store) -> Lease:
    held = await leases.take(store, "main", leases.MATCHER, "test", NOW, 60)
    assert held is not None
    return held


async def put(store: Store, lease: Lease, number: int, certificate: bytes | None, most_bytes: int = 1000) -> str:
    batch = Batch(f"bat_{number:026}", "main", "completed", NOW)
    await batches.put_batch(store, batch, lease, 60, certificate, most_bytes)
    return batch.id


async def kept(store: Store, *ids: str) -> list[bytes | None]:
    return [await certificates.read(store, "main", id_, "exact") for id_ in ids]


async def test_bytes_are_kept_as_they_are_and_go_with_their_batch(store: Store, lease: Lease) -> None:
    id_ = await put(store, lease, 1, ODD)
    assert await kept(store, id_, "bat_unknown") == [ODD, None]
    assert 0 < await store.redis.ttl(keys.BATCH(TAG, id_)) <= 60
    assert await batches.get_batches(store, "main", [id_])
    await store.redis.delete(keys.BATCH(TAG, id_))
    assert await kept(store, id_) == [None]


async def test_the_oldest_make_room_for_the_newest(store: Store, lease: Lease) -> None:
    ids = [await put(store, lease, number, b"x" * 400) for number in range(3)]
    assert [bool(found) for found in await kept(store, *ids)] == [False, True, True]
    ids.append(await put(store, lease, 3, None))
    ids.append(await put(store, lease, 4, b"y" * 700))
    assert [bool(found) for found in await kept(store, *ids)] == [False, False, False, False, True]
    assert None not in await batches.get_batches(store, "main", ids)


async def test_coarse_ones_count_and_go_with_the_exact_ones(store: Store, lease: Lease) -> None:
    ids = [await put(store, lease, number, b"x" * 400) for number in range(2)]
    await certificates.put_coarse(store, "main", lease, ids[1], b"y" * 300, 1000)
    assert await kept(store, *ids) == [None, b"x" * 400]
    assert await certificates.read(store, "main", ids[1], "coarse") == b"y" * 300
    await certificates.put_coarse(store, "main", lease, ids[0], b"y", 1000)  # too late: there is no batch's to go by
    assert await certificates.read(store, "main", ids[0], "coarse") is None
    await certificates.put_coarse(store, "main", lease, "bat_gone", b"y", 1000)
    assert not await store.redis.exists(keys.BATCH(TAG, "bat_gone"))


async def test_a_batch_is_asked_for_once_and_in_turn(store: Store, lease: Lease) -> None:
    ids = [await put(store, lease, number, b"x") for number in range(2)]
    for id_ in (ids[1], ids[0], ids[1]):
        assert await certificates.ask_coarse(store, "main", id_)
    assert not await certificates.ask_coarse(store, "main", await put(store, lease, 2, None))
    assert [await certificates.take_asked(store, "main") for _ in range(3)] == [ids[1], ids[0], None]


async def test_a_damaged_batch_does_not_keep_others_from_their_certificates(store: Store, lease: Lease) -> None:
    bad = await put(store, lease, 0, b"x" * 900)
    await store.redis.delete(keys.BATCH(TAG, bad))
    await store.redis.set(keys.BATCH(TAG, bad), "no hash")
    good = await put(store, lease, 1, b"x" * 900)
    assert await kept(store, good) == [b"x" * 900]
