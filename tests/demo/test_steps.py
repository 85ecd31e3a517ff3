"""The demo fails, and says so, where the service did not do what it promises."""

import asyncio
from datetime import date

import httpx
import pytest

from service.demo import steps
from service.demo.client import Api
from service.demo.demand import draw_commuters
from service.demo.errors import DemoFailed
from service.demo.figures import Morning
from service.demo.receiver import Receiver
from tests.demo.scripted import scripted
from tests.demo.test_receiver import SECRET, event, sent

STRANGER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def ignore(done: int, total: int) -> None:
    pass


def morning() -> Morning:
    return Morning("toronto", date(2026, 11, 25), draw_commuters(20, "toronto", 1, date(2026, 11, 25)))


def await_webhooks(url: str, receiver: Receiver) -> Morning:
    gathered = morning()

    async def run() -> None:
        async with Api(url, "cpk_x") as api:
            await steps.await_webhooks(api, receiver, gathered, ignore, within_s=0.5)

    asyncio.run(run())
    return gathered


@pytest.fixture
def receiver():
    with Receiver() as running:
        running.trust(SECRET)
        yield running


@pytest.fixture
def log():
    """An API whose log holds two events."""
    events = [event("evt_1"), event("evt_2", "match.accepted", seq=2)]
    with scripted((200, {"items": events, "next_cursor": None})) as server:
        yield server


def test_all_events_of_the_log_have_arrived(log, receiver):
    for id_ in ("evt_1", "evt_2"):
        httpx.post(receiver.url, **sent(event(id_)))
    gathered = await_webhooks(log.url, receiver)
    assert gathered.received.ids == {"evt_1", "evt_2"}
    assert len(gathered.events) == 2


def test_a_webhook_that_does_not_arrive_fails_the_demo(log, receiver):
    httpx.post(receiver.url, **sent(event("evt_2")))
    with pytest.raises(DemoFailed, match="1 of 2 webhooks did not arrive"):
        await_webhooks(log.url, receiver)


def test_a_bad_signature_fails_the_demo_even_where_all_events_arrived(log, receiver):
    for id_ in ("evt_1", "evt_2"):
        httpx.post(receiver.url, **sent(event(id_)))
    httpx.post(receiver.url, **sent(event("evt_1"), secret=STRANGER))
    with pytest.raises(DemoFailed, match="refused deliveries: 1 x no signature matches"):
        await_webhooks(log.url, receiver)


def test_a_failed_batch_fails_the_demo():
    batch = {"id": "bat_1", "status": "requested", "detail": None}
    failed = batch | {"status": "failed", "detail": "the plan breaks 2 rules"}

    async def run(url: str) -> None:
        async with Api(url, "cpk_x") as api:
            await steps.run_batch(api, ignore)

    with (
        scripted((202, batch), (200, batch | {"status": "running"}), (200, failed)) as server,
        pytest.raises(DemoFailed, match="batch bat_1 failed: the plan breaks 2 rules"),
    ):
        asyncio.run(run(server.url))


def test_the_share_that_declines_is_small_and_the_same_for_a_seed():
    drawn = morning()
    drawn.offers = [{"id": f"off_{n}"} for n in range(1000)]
    drawn.requests = [{"id": f"req_{n}"} for n in range(1000)]
    declining = steps.draw_declining(drawn, 5)
    assert 20 < len(declining) < 120
    assert declining == steps.draw_declining(drawn, 5) != steps.draw_declining(drawn, 6)
