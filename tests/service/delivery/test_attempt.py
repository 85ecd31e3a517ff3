"""One POST to receivers that misbehave: bounded in time and size, and told apart."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest
from httpcore import AsyncHTTPConnection

from loadtests.misbehaving import Receiver
from service.addresses import Address, Resolver
from service.delivery.attempt import KEPT_BYTES, Outcome, Sender
from tests.service.delivery.authority import make_tls
from tests.service.making import eventually

pytestmark = pytest.mark.anyio
BODY = b'{"id":"evt_1"}'


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as serving:
        yield serving


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    made = Sender(Resolver(), timeout_s=1.0, allow_private=True)
    yield made
    await made.connections.close()


async def post(sender: Sender, url: str, lane: str = "whe_1") -> Outcome:
    return await sender.post(lane, url, {"webhook-id": "evt_1"}, BODY)


async def test_request_is_what_was_meant(sender: Sender, receiver: Receiver) -> None:
    outcome = await post(sender, receiver.url("/200/in?x=1"))
    assert (outcome.status, outcome.error, outcome.answer) == (200, None, "said so")
    (request,) = receiver.received
    assert request.path == "/200/in?x=1"
    assert request.body == BODY
    agent = request.headers.pop("user-agent")
    assert agent.startswith("Carpool/")
    assert request.headers == {
        "host": f"127.0.0.1:{receiver.port}", "content-type": "application/json", "accept": "*/*",
        "accept-encoding": "identity", "content-length": str(len(BODY)), "webhook-id": "evt_1",
    }  # fmt: skip


async def test_connection_is_kept_for_the_next(sender: Sender, receiver: Receiver) -> None:
    for _ in range(5):
        assert (await post(sender, receiver.url())).status == 200
    assert receiver.connections == 1


async def test_closed_connection_is_not_used_again(sender: Sender, receiver: Receiver) -> None:
    for _ in range(3):
        assert (await post(sender, receiver.url("/close"))).status == 200
    assert receiver.connections == 3


async def test_connection_that_was_closed_while_idle_is_not_used(sender: Sender, receiver: Receiver) -> None:
    for n in range(3):
        assert (await post(sender, receiver.url("/drop"))).status == 200, n
        (kept,) = (await sender.connections.target("whe_1", receiver.url("/drop"))).idle

        async def is_closed(kept: AsyncHTTPConnection = kept) -> bool:
            return kept.has_expired()

        await eventually(is_closed)
    assert receiver.connections == 3


@pytest.mark.parametrize("path", ["/stall", "/slow-head"])
async def test_whole_attempt_has_one_deadline(sender: Sender, receiver: Receiver, path: str) -> None:
    began = time.perf_counter()
    outcome = await post(sender, receiver.url(path))
    assert (outcome.status, outcome.error) == (None, "timeout")
    assert time.perf_counter() - began < 1.5
    assert (await post(sender, receiver.url())).status == 200  # the pool is none the worse


async def test_endless_answer_is_cut_and_its_status_counts(sender: Sender, receiver: Receiver) -> None:
    outcome = await post(sender, receiver.url("/endless"))
    assert outcome.status == 200
    assert outcome.answer == "e" * KEPT_BYTES


@pytest.mark.parametrize("path", ["/slow-body", "/half"])
async def test_status_counts_though_its_body_does_not_come(receiver: Receiver, path: str) -> None:
    sender = Sender(Resolver(), timeout_s=10, allow_private=True)
    began = time.perf_counter()
    outcome = await post(sender, receiver.url(path))
    assert outcome.status == 200
    assert time.perf_counter() - began < 4
    assert outcome.latency_ms < 1000
    await sender.connections.close()


async def test_redirect_is_not_followed(sender: Sender, receiver: Receiver) -> None:
    outcome = await post(sender, receiver.url("/redirect"))
    assert (outcome.status, outcome.error) == (302, None)
    assert [request.path for request in receiver.received] == ["/redirect"]


@pytest.mark.parametrize(("path", "error"), [("/reset", "connection_lost"), ("/garbage", "not_http")])
async def test_broken_answers_are_told_apart(sender: Sender, receiver: Receiver, path: str, error: str) -> None:
    outcome = await post(sender, receiver.url(path))
    assert (outcome.status, outcome.error) == (None, error)


async def test_retry_after_is_reported(sender: Sender, receiver: Receiver) -> None:
    outcome = await post(sender, receiver.url("/busy"))
    assert (outcome.status, outcome.retry_after, outcome.answer) == (429, "7", "later")


async def test_nobody_listening(sender: Sender, receiver: Receiver) -> None:
    async with Receiver() as other:
        url = other.url()
    assert (await post(sender, url)).error == "connect_failed"


async def test_name_that_does_not_resolve(sender: Sender) -> None:
    assert (await post(sender, "http://no-such-name.invalid/in")).error == "name_not_found"


async def test_proxies_of_the_environment_are_not_used(
    sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await post(sender, receiver.url())).status == 200


async def test_slow_endpoint_takes_no_connection_of_another(sender: Sender, receiver: Receiver) -> None:
    stalled = [asyncio.create_task(post(sender, receiver.url("/stall"), "whe_slow")) for _ in range(40)]
    await receiver.wait_for(lambda received: len(received) >= 16)
    began = time.perf_counter()
    assert (await post(sender, receiver.url(), "whe_quick")).status == 200
    assert time.perf_counter() - began < 0.5
    assert {outcome.error for outcome in await asyncio.gather(*stalled)} == {"timeout"}


async def test_many_endpoints_keep_a_bounded_number_of_connections(receiver: Receiver) -> None:
    sender = Sender(Resolver(), timeout_s=5, allow_private=True)
    sender.connections._most = 4
    for n in range(12):
        assert (await post(sender, receiver.url(), f"whe_{n}")).status == 200
    assert len(sender.connections._targets) == 4
    assert receiver.connections == 12
    assert (await post(sender, receiver.url(), "whe_11")).status == 200  # the latest is kept
    assert receiver.connections == 12
    await sender.connections.close()


class Rebinding:
    """A resolver whose answer changes, as an attacker's name server does."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = [[ip_address(text) for text in answer] for answer in answers]
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"], []],
)
async def test_private_addresses_are_refused_at_connect(receiver: Receiver, addresses: list[str]) -> None:
    sender = Sender(Rebinding(addresses), timeout_s=1, allow_private=False)
    assert (await post(sender, "https://hooks.example/in")).error == "address_refused"
    assert receiver.connections == 0


async def test_rebound_name_is_refused_at_the_next_connection(tmp_path: Path) -> None:
    server, client = make_tls(tmp_path, "hooks.example")
    async with Receiver(tls=server) as receiver:
        # Allowed once (development), judged anew for each connection: what the name means then is what counts.
        resolve = Rebinding(["127.0.0.1"], ["169.254.169.254"])
        sender = Sender(resolve, timeout_s=2, allow_private=True, trust=client)
        url = f"https://hooks.example:{receiver.port}/close"
        assert (await post(sender, url)).status == 200
        sender.connections._guard._allow_private = False
        assert (await post(sender, url)).error == "address_refused"
        assert resolve.asked == 2
        assert len(receiver.received) == 1
        await sender.connections.close()


async def test_judged_address_is_the_one_connected_to(tmp_path: Path) -> None:
    server, client = make_tls(tmp_path, "hooks.example")
    async with Receiver(tls=server) as receiver:
        resolve = Rebinding(["127.0.0.1"])
        sender = Sender(resolve, timeout_s=2, allow_private=True, trust=client)
        # The name exists nowhere else: it can only be reached through the one look-up, under its own name in TLS.
        outcome = await post(sender, f"https://hooks.example:{receiver.port}/200")
        assert outcome.status == 200
        assert resolve.asked == 1
        assert receiver.received[0].headers["host"] == f"hooks.example:{receiver.port}"
        await sender.connections.close()


async def test_second_address_is_tried_where_the_first_does_not_answer(receiver: Receiver) -> None:
    sender = Sender(Rebinding(["127.0.0.9", "127.0.0.1"]), timeout_s=2, allow_private=True)
    assert (await post(sender, f"http://hooks.example:{receiver.port}/200")).status == 200
    await sender.connections.close()


@pytest.mark.parametrize("wrong", ["untrusted", "name"])
async def test_tls_is_verified(tmp_path: Path, wrong: str) -> None:
    server, client = make_tls(tmp_path, "other.example" if wrong == "name" else "hooks.example")
    trust = ssl.create_default_context() if wrong == "untrusted" else client
    async with Receiver(tls=server) as receiver:
        sender = Sender(Rebinding(["127.0.0.1"]), timeout_s=2, allow_private=True, trust=trust)
        outcome = await post(sender, f"https://hooks.example:{receiver.port}/200")
        assert (outcome.status, outcome.error) == (None, "tls_failed")
        assert receiver.received == []
        await sender.connections.close()


@pytest.mark.parametrize("url", ["http://8.8.8.8/in", "https://u:p@8.8.8.8/", "https://8.8.8.8:22/", "http+unix://x/y"])
async def test_url_that_is_no_longer_allowed_is_not_sent_to(url: str) -> None:
    sender = Sender(Resolver(), timeout_s=1, allow_private=False)
    assert (await post(sender, url)).error == "url_refused"
