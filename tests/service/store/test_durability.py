"""A store that would lose what it acknowledges is refused; one that is full says so, and takes writes again after."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from service.errors import StoreUnavailable, StoreUnsafe
from service.store import batches, keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.factories import request_body
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.snapshots import snapshot

pytestmark = [pytest.mark.anyio, pytest.mark.one_server]
SAFE = {
    "appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no", "maxmemory-policy": "noeviction",
    "maxmemory": "0",
}  # fmt: skip


@pytest.fixture
async def changed(store: Store) -> AsyncIterator[Store]:
    """A store whose server's settings a test may change."""
    yield store
    for name, value in SAFE.items():
        await store.redis.config_set(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appendonly", "no"), ("appendfsync", "everysec"), ("appendfsync", "no"), ("no-appendfsync-on-rewrite", "yes"),
        ("maxmemory-policy", "allkeys-lru"), ("maxmemory-policy", "volatile-ttl"),
    ],
)  # fmt: skip
async def test_each_setting_that_would_lose_writes_is_named_and_refused(changed: Store, name: str, value: str) -> None:
    await changed.redis.config_set(name, value)
    with pytest.raises(StoreUnsafe, match=f"{name} is {value}, {SAFE[name]} is needed.*--accept-data-loss"):
        await changed.prepare(accept_data_loss=False)
    assert await changed.prepare(accept_data_loss=True) == [f"{name} is {value}, {SAFE[name]} is needed"]


async def test_a_safe_store_is_taken_without_a_word(store: Store) -> None:
    assert await store.prepare(accept_data_loss=False) == []


async def test_a_user_who_may_not_read_settings_is_judged_by_what_the_server_tells(
    changed: Store, valkey: EmbeddedStore
) -> None:
    await changed.redis.execute_command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-config")
    app = Store(valkey.url.replace("unix://", "unix://app:pw@"))
    try:
        (hidden,) = await app.prepare(accept_data_loss=False)
        assert "make sure of appendfsync always, no-appendfsync-on-rewrite no" in hidden
        for name, value in (("appendonly", "no"), ("maxmemory-policy", "allkeys-lfu")):
            await changed.redis.config_set(name, value)
            with pytest.raises(StoreUnsafe, match=f"{name} is {value}"):
                await app.prepare(accept_data_loss=False)
            await changed.redis.config_set(name, SAFE[name])
    finally:
        await app.close()
        await changed.redis.execute_command("ACL", "DELUSER", "app")


async def test_a_server_that_took_over_is_judged_as_the_first_one_was(changed: Store) -> None:
    await changed.prepare(accept_data_loss=False)
    await changed.redis.function_flush()
    await changed.redis.config_set("appendfsync", "everysec")
    with pytest.raises(StoreUnsafe, match="appendfsync is everysec"):
        await changed.ready()
    assert await changed.redis.function_list() == []
    await changed.prepare(accept_data_loss=True)
    await changed.redis.function_flush()
    await changed.ready()


async def test_a_full_store_answers_503_reads_on_and_takes_the_same_again_when_it_has_room(
    context: Context, changed: Store, client_of: MakeClient
) -> None:
    partner = await client_of()
    trip = (await partner.post("/v1/requests", json=request_body())).json()
    await batches.mark_tick(changed, "main", context.clock.now())
    assert (await partner.get("/readyz")).status_code == 200
    before = await snapshot(changed)
    await changed.redis.config_set("maxmemory", "100kb")

    again = {"json": request_body(commuter_id="ann"), "headers": {"Idempotency-Key": "once"}}
    for answer in [await partner.post("/v1/requests", **again), await partner.delete(f"/v1/requests/{trip['id']}"),
                   await partner.post("/v1/webhook-endpoints", json={"url": "http://127.0.0.1:9/x"})]:  # fmt: skip
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "the store is full" in answer.json()["detail"]
    assert (await partner.get(f"/v1/requests/{trip['id']}")).json() == trip
    assert [item["id"] for item in (await partner.get("/v1/requests")).json()["items"]] == [trip["id"]]
    ready = await partner.get("/readyz")
    assert ready.status_code == 503
    assert "the store is full" in ready.json()["checks"]["store"]
    with pytest.raises(StoreUnavailable):
        await changed.call(
            "take_lease", keys.market_tag("main"), {"name": "x", "owner": "y", "now_ms": "0", "until_ms": "9"}
        )
    assert {k: v for k, v in (await snapshot(changed)).items() if k in before} == before

    await changed.redis.config_set("maxmemory", "0")
    assert (await partner.post("/v1/requests", **again)).status_code == 201
    assert (await partner.post("/v1/requests", **again)).headers["Idempotent-Replayed"] == "true"
    assert (await partner.get("/readyz")).status_code == 200
    assert (await check_up(context)).wrong == 0
