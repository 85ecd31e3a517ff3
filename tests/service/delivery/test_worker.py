"""What is owed is delivered: signed, retried, one lane never in another's way, nothing lost to a crash."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from standardwebhooks import Webhook

from loadtests.misbehaving import Receiver, Request
from service.clock import SystemClock, to_ms
from service.delivery import run_deliverer
from service.delivery.lanes import FIRST, MOST
from service.delivery.metrics import DISABLED
from service.delivery.relay import Relay
from service.errors import SettingError
from service.model.events import NewEvent
from service.model.webhooks import Delivery
from service.secrets import Cipher
from service.settings import Settings
from service.store import deliveries, keys
from service.store.client import Store
from service.usecases.context import Context
from tests.service.making import CIPHER, emit, eventually, make_endpoint, new_event, read_endpoint

pytestmark = pytest.mark.anyio
OWNER = "par_1"
QUICK = Settings(allow_private_webhooks=True, webhook_timeout_s=2, webhook_retry_schedule=(0.1, 0.1, 0.1))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as serving:
        yield serving


@asynccontextmanager
async def running(store: Store, settings: Settings = QUICK, cipher: Cipher | None = CIPHER) -> AsyncIterator[None]:
    """Run a deliverer as its process does, on the machine's clock."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_deliverer(Context(store, SystemClock(), settings, cipher), stop))
    try:
        yield
    finally:
        stop.set()
        await task


def ids(received: list[Request]) -> list[str]:
    return [request.headers["webhook-id"] for request in received]


def subjects(received: list[Request]) -> list[tuple[str, int]]:
    return [(body["data"]["of"], body["seq"]) for body in (json.loads(request.body) for request in received)]


def about(subject: str, seq: int = 1) -> NewEvent:
    return new_event(OWNER, subject=subject, seq=seq, data=json.dumps({"of": subject}))


async def listed(store: Store, endpoint_id: str) -> list[Delivery]:
    return (await deliveries.list_deliveries(store, OWNER, endpoint_id, limit=500, cursor=None)).items


async def until(store: Store, endpoint_id: str, *statuses: str) -> list[Delivery]:
    """Return the deliveries once they have these statuses, the oldest first."""

    async def holds() -> list[Delivery]:
        found = list(reversed(await listed(store, endpoint_id)))
        return found if [delivery.status for delivery in found] == list(statuses) else []

    return await eventually(holds)  # type: ignore[no-any-return]


async def test_event_arrives_signed(store: Store, receiver: Receiver) -> None:
    endpoint, secret = await make_endpoint(store, OWNER, receiver.url())
    async with running(store):
        await emit(store, new_event(OWNER, subject="mat_1", seq=4, data='{"id": "mat_1", "who": "Zoë"}'))
        await receiver.wait_for(lambda received: len(received) == 1)
        (delivery,) = await until(store, endpoint.id, "succeeded")
    (request,) = receiver.received
    body = Webhook(secret).verify(request.body, request.headers)
    assert body == {
        "id": request.headers["webhook-id"], "type": "match.proposed", "timestamp": "2026-11-24T06:00:00Z", "seq": 4,
        "data": {"id": "mat_1", "who": "Zoë"},
    }  # fmt: skip
    assert delivery.event_id == body["id"]
    (attempt,) = delivery.attempts
    assert (attempt["status"], attempt["error"], attempt["answer"]) == (200, None, "said so")


async def test_latency_from_outbox_to_receiver_is_low(store: Store, receiver: Receiver) -> None:
    await make_endpoint(store, OWNER, receiver.url())
    async with running(store):
        await emit(store, about("mat_0"))
        await receiver.wait_for(lambda received: len(received) == 1)
        took = []
        for n in range(1, 8):
            began = time.perf_counter()
            await emit(store, about(f"mat_{n}"))
            await receiver.wait_for(lambda received, n=n: len(received) == n + 1)
            took.append(time.perf_counter() - began)
    assert sorted(took)[len(took) // 2] < 0.25  # it is woken, and does not wait for the next look


async def test_failure_is_retried_with_the_same_id_and_bytes(store: Store, receiver: Receiver) -> None:
    receiver.statuses = [500, 302]
    endpoint, secret = await make_endpoint(store, OWNER, receiver.url("/script"))
    async with running(store):
        await emit(store, about("mat_1"))
        (delivery,) = await until(store, endpoint.id, "succeeded")
    assert [attempt["status"] for attempt in delivery.attempts] == [500, 302, 200]
    assert len(set(ids(receiver.received))) == 1
    assert len({request.body for request in receiver.received}) == 1
    for request in receiver.received:
        Webhook(secret).verify(request.body, request.headers)


async def test_given_up_on_after_the_schedule(store: Store, receiver: Receiver) -> None:
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url("/500"))
    async with running(store):
        await emit(store, about("mat_1"))
        (delivery,) = await until(store, endpoint.id, "failed")
    assert len(delivery.attempts) == 4
    assert delivery.next_attempt_at is None
    assert (await read_endpoint(store, OWNER, endpoint.id)).status == "enabled"


async def test_order_of_a_trip_is_kept_while_others_overtake(store: Store, receiver: Receiver) -> None:
    receiver.statuses = [500]
    await make_endpoint(store, OWNER, receiver.url("/script"))
    async with running(store):
        await emit(store, about("mat_1", 1), about("mat_1", 2), about("mat_1", 3), about("mat_2", 1))
        await receiver.wait_for(lambda received: len(received) == 5)
    arrived = subjects(receiver.received)
    assert [seq for subject, seq in arrived if subject == "mat_1"] in ([1, 1, 2, 3], [1, 2, 3])
    assert [pair for pair in arrived if pair[0] == "mat_2"] in ([("mat_2", 1)], [("mat_2", 1)] * 2)
    assert len(arrived) == 5


async def test_gone_disables_the_endpoint_and_tells_the_others(store: Store, receiver: Receiver) -> None:
    gone, secret = await make_endpoint(store, OWNER, receiver.url("/410"), types=["match.proposed"])
    counted = DISABLED.labels("gone")._value.get()
    await make_endpoint(store, OWNER, receiver.url("/200/other"))
    async with running(store):
        await emit(store, about("mat_1"))
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/other")) == 2)
        await emit(store, about("mat_2"))
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/other")) == 3)
    assert len(receiver.bodies("/410")) == 1
    assert DISABLED.labels("gone")._value.get() == counted + 1
    told = [json.loads(body) for body in receiver.bodies("/200/other")]
    (disabled,) = [body for body in told if body["type"] == "endpoint.disabled"]
    assert (disabled["data"]["id"], disabled["data"]["disabled_reason"]) == (gone.id, "gone")
    assert not [kept for kept in (secret, gone.sealed_secret) if kept in json.dumps(disabled)]
    kept = await read_endpoint(store, OWNER, gone.id)
    assert kept.document() == disabled["data"]


async def test_stalled_endpoints_delay_no_other(store: Store, receiver: Receiver) -> None:
    for n in range(15):
        await make_endpoint(store, OWNER, receiver.url("/stall"))
        await make_endpoint(store, f"par_slow_{n}", receiver.url("/stall"))
    await make_endpoint(store, OWNER, receiver.url("/200/healthy"))
    async with running(store):
        await emit(store, *[new_event(f"par_slow_{n}", subject=f"mat_{m}") for n in range(15) for m in range(10)])
        await emit(store, *[about(f"mat_{n}") for n in range(40)])
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/healthy")) == 40, timeout_s=5)


async def test_lane_is_bounded(store: Store, receiver: Receiver) -> None:
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url("/held"))
    await make_endpoint(store, OWNER, receiver.url("/200/other"))
    queue = keys.QUEUE(keys.partner_tag(OWNER), endpoint.id)

    async def claimed() -> int:
        return int(await store.redis.zcount(queue, to_ms(SystemClock().now()), "+inf"))

    async def claimed_ahead() -> bool:
        return await claimed() == 2 * MOST

    receiver.released.set()
    async with running(store):
        await emit(store, *[about(f"mat_{n}") for n in range(40)])
        await receiver.wait_for(lambda received: len(received) == 80)  # all is well, and the lane as wide as it gets
        receiver.released.clear()
        await emit(store, *[about(f"mat_{n}") for n in range(40, 80)])
        await eventually(claimed_ahead)
        await emit(store, *[about(f"mat_{n}") for n in range(80, 90)])
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/other")) == 90)  # it has looked here again
        assert await claimed() == 2 * MOST
        assert receiver.at_once == MOST
        receiver.released.set()
        await receiver.wait_for(lambda _: len(receiver.bodies("/held")) == 90)
    assert receiver.most_at_once <= 2 * MOST  # of both endpoints


async def test_two_deliverers_share_and_send_each_event_once(store: Store, receiver: Receiver) -> None:
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url())
    async with running(store), running(store):
        await emit(store, *[about(f"mat_{n}") for n in range(200)])
        await receiver.wait_for(lambda received: len(received) >= 200)
        await until(store, endpoint.id, *["succeeded"] * 200)
    assert len(ids(receiver.received)) == len(set(ids(receiver.received))) == 200


async def test_receiver_that_asks_for_time_gets_it(store: Store, receiver: Receiver) -> None:
    await make_endpoint(store, OWNER, receiver.url("/busy"))  # 429, Retry-After: 7
    await make_endpoint(store, OWNER, receiver.url("/200/other"))
    async with running(store):
        await emit(store, *[about(f"mat_{n}") for n in range(12)])
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/other")) == 12)
        await emit(store, about("mat_12"))
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/other")) == 13)
        assert 1 <= len(receiver.bodies("/busy")) <= FIRST


async def test_stop_lets_what_is_under_way_finish(store: Store, receiver: Receiver) -> None:
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url("/held"))
    async with running(store):
        await emit(store, about("mat_1"))
        await receiver.wait_for(lambda received: len(received) == 1)
        asyncio.get_running_loop().call_later(0.3, receiver.released.set)
    (delivery,) = await listed(store, endpoint.id)
    assert delivery.status == "succeeded"


async def test_unreadable_secret_costs_no_attempt(store: Store, receiver: Receiver) -> None:
    other = Cipher("//////////////////////////////////////////8=")
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url())
    async with running(store, cipher=other):
        await emit(store, about("mat_1"))

        async def postponed() -> list[Delivery]:
            return [d for d in await listed(store, endpoint.id) if d.next_attempt_at]

        (delivery,) = await eventually(postponed)
    assert (delivery.status, delivery.attempts) == ("pending", [])
    assert receiver.received == []


async def test_broken_record_of_one_endpoint_stops_no_other(store: Store, receiver: Receiver) -> None:
    broken, _ = await make_endpoint(store, OWNER, receiver.url("/200/broken"))
    await make_endpoint(store, "par_2", receiver.url("/200/fine"))
    await store.redis.hdel(keys.ENDPOINT(keys.partner_tag(OWNER), broken.id), "url")
    async with running(store):
        await emit(store, about("mat_1"), new_event("par_2", subject="mat_1"))
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/fine")) == 1)


@pytest.mark.parametrize("kind", [keys.LANES, keys.EVENTS])
async def test_broken_log_stops_no_other(store: Store, receiver: Receiver, kind: keys.Kind) -> None:
    await make_endpoint(store, OWNER, receiver.url("/200/broken"))
    await make_endpoint(store, "par_2", receiver.url("/200/fine"))
    async with running(store):
        await emit(store, about("mat_1"))
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/broken")) == 1)
        await store.redis.set(kind(keys.partner_tag(OWNER)), "broken")
        await emit(store, about("mat_2"), new_event("par_2", subject="mat_1"))
        await receiver.wait_for(lambda _: len(receiver.bodies("/200/fine")) == 1)


async def test_fault_of_a_part_ends_the_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Relay, "run", fail)
    with pytest.raises(ZeroDivisionError):
        await run_deliverer(Context(store, SystemClock(), QUICK, CIPHER), asyncio.Event())


async def test_deliverer_without_a_key_says_so(store: Store) -> None:
    with pytest.raises(SettingError, match="CARPOOL_SECRET_KEY"):
        async with running(store, cipher=None):
            pass
