"""The receiver counts each verified event once and everything else as refused."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
import standardwebhooks

from service.clock import SystemClock, monotonic_s
from service.demo.receiver import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver():
    with Receiver() as running:
        running.trust(SECRET)
        yield running


def event(id_: str = "evt_1", type_: str = "match.proposed", about: str = "mat_1", seq: int = 1) -> dict:
    return {"id": id_, "type": type_, "timestamp": "2026-11-25T07:00:00Z", "seq": seq, "data": {"id": about}}


def sent(content: dict | str, id_: str | None = None, secret: str = SECRET) -> dict:
    """Return the arguments of a POST that delivers `content` as the service would."""
    body = content if isinstance(content, str) else json.dumps(content)
    id_ = id_ or (content["id"] if isinstance(content, dict) else "evt_1")
    at = SystemClock().now()
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": standardwebhooks.Webhook(secret).sign(id_, at, body),
    }
    return {"content": body.encode(), "headers": headers}


def test_a_signed_event_is_taken_and_counted(receiver):
    assert httpx.post(receiver.url, **sent(event())).status_code == 204
    seen = receiver.snapshot()
    assert (seen.deliveries, seen.verified, seen.duplicates) == (1, 1, 0)
    assert seen.by_type == {"match.proposed": 1}
    assert seen.ids == {"evt_1"}
    assert not seen.rejected


def test_a_repeated_delivery_is_one_event(receiver):
    assert [httpx.post(receiver.url, **sent(event())).status_code for _ in range(3)] == [204, 204, 204]
    seen = receiver.snapshot()
    assert (seen.deliveries, seen.verified, seen.duplicates) == (3, 3, 2)
    assert seen.by_type == {"match.proposed": 1}


def test_the_latest_event_of_a_match_is_by_its_seq_whatever_the_order_of_arrival(receiver):
    for seq, type_ in ((1, "match.proposed"), (3, "match.confirmed"), (2, "match.accepted")):
        httpx.post(receiver.url, **sent(event(f"evt_{seq}", type_, seq=seq)))
    assert receiver.snapshot().latest["mat_1"]["type"] == "match.confirmed"


def test_a_stranger_is_refused_and_counted(receiver):
    stranger = sent(event(), secret="whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    answer = httpx.post(receiver.url, **stranger)
    assert (answer.status_code, answer.text) == (401, "no signature matches")
    seen = receiver.snapshot()
    assert seen.rejected == {"no signature matches": 1}
    assert (seen.deliveries, seen.verified, seen.ids) == (1, 0, set())


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"id": "evt_1"}', '{"id": "evt_1", "type": 1, "timestamp": "", "data": []}']
)
def test_a_signed_body_that_is_no_event_is_refused(receiver, body):
    answer = httpx.post(receiver.url, **sent(body))
    assert (answer.status_code, answer.text) == (400, "the body is not the event that webhook-id names")


def test_an_event_under_another_events_id_is_refused(receiver):
    assert httpx.post(receiver.url, **sent(event("evt_1"), id_="evt_2")).status_code == 400
    assert not receiver.snapshot().ids


def test_an_endless_body_is_cut(receiver):
    answer = httpx.post(receiver.url, **sent("x" * (1 << 20) + "x"))
    assert answer.status_code == 413


def test_before_the_secret_is_known_the_sender_is_asked_to_try_again():
    with Receiver() as early:
        assert httpx.post(early.url, **sent(event())).status_code == 503
        early.trust(SECRET)
        assert httpx.post(early.url, **sent(event())).status_code == 204
        assert early.snapshot().deliveries == 1


def test_waiting_ends_when_the_condition_holds_or_the_time_is_up(receiver):
    assert not receiver.wait_for(lambda seen: seen.verified > 0, timeout_s=0.01)
    httpx.post(receiver.url, **sent(event()))
    assert receiver.wait_for(lambda seen: seen.verified > 0, timeout_s=0)


def test_several_hundred_deliveries_a_second_are_taken(receiver):
    waiting = [wire_form(sent(event(f"evt_{n}", about=f"mat_{n}"))) for n in range(1500)]
    port = httpx.URL(receiver.url).port

    async def deliver(share: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in share:
            writer.write(request)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204 ")
        writer.close()
        await writer.wait_closed()

    async def deliver_all() -> None:
        await asyncio.gather(*(deliver(waiting[lane::10]) for lane in range(10)))

    start = monotonic_s()
    asyncio.run(deliver_all())
    assert len(waiting) / (monotonic_s() - start) > 400
    assert len(receiver.snapshot().ids) == len(waiting)


def wire_form(delivery: dict) -> bytes:
    headers = {"host": "localhost", "content-length": len(delivery["content"])} | delivery["headers"]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /webhooks HTTP/1.1\r\n{head}\r\n".encode() + delivery["content"]


def test_the_port_is_free_again_when_the_context_closes():
    with Receiver() as first:
        url = first.url
    with pytest.raises(httpx.ConnectError):
        httpx.post(url, **sent(event()))


def test_events_of_the_clocks_own_time_only(receiver):
    old = sent(event())
    old["headers"]["webhook-timestamp"] = str(int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()))
    assert httpx.post(receiver.url, **old).status_code == 401
