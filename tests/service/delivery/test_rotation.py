"""A secret is rotated without a gap: for a while, each delivery is signed with the new one and those before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from loadtests.misbehaving import Receiver, Request
from service.clock import from_ms, rfc3339
from service.delivery import run_deliverer
from service.delivery.sign import signed_headers
from service.errors import StaleVersion, WrongState
from service.model.partners import Caller
from service.model.webhooks import MOST_OLD_SECRETS
from service.usecases import webhooks
from service.usecases.context import Context
from service.usecases.webhooks import EndpointDraft
from tests.conftest import FakeClock
from tests.service.making import eventually

pytestmark = pytest.mark.anyio
CALLER = Caller("par_1", "key_1", frozenset({"webhooks:manage"}), sandbox=False)
DAY = timedelta(days=1)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as serving:
        yield serving


async def make(context: Context, url: str, *, asymmetric: bool = False) -> dict[str, Any]:
    document, _ = await webhooks.create_endpoint(
        context, CALLER, EndpointDraft(url, (), "", asymmetric), lambda _: None
    )
    return document


async def rotate(context: Context, id_: str, overlap: timedelta = DAY, version: int | None = None) -> dict[str, Any]:
    document, _ = await webhooks.rotate_secret(context, CALLER, id_, version, overlap, lambda _: None)
    return document


async def ping(context: Context, receiver: Receiver, id_: str) -> Request:
    """Return what comes of a ping."""
    event, _ = await webhooks.ping_endpoint(context, CALLER, id_, lambda _: None)
    stop = asyncio.Event()
    delivering = asyncio.create_task(run_deliverer(context, stop))

    async def come() -> list[Request]:
        return [request for request in receiver.received if request.headers["webhook-id"] == event["id"]]

    (request,) = await eventually(come)
    stop.set()
    await delivering
    return request  # type: ignore[no-any-return]


def signs(request: Request, secret: str) -> bool:
    """Tell whether one of a request's signatures is this secret's."""
    at = from_ms(1000 * int(request.headers["webhook-timestamp"]))
    (signature,) = signed_headers(request.headers["webhook-id"], at, request.body, [secret])[
        "webhook-signature"
    ].split()
    return signature in request.headers["webhook-signature"].split(" ")


async def test_both_secrets_sign_for_a_day_and_the_new_one_alone_from_then_on(
    context: Context, clock: FakeClock, receiver: Receiver
) -> None:
    made = await make(context, receiver.url())
    rotated = await rotate(context, made["id"])
    assert rotated["secret"] != made["secret"]
    assert rotated["old_secrets_until"] == rfc3339(clock.now() + DAY)
    assert rotated["version"] == 2
    clock.move(hours=23, minutes=59)
    request = await ping(context, receiver, made["id"])
    assert signs(request, made["secret"])
    assert signs(request, rotated["secret"])
    clock.move(minutes=2)
    request = await ping(context, receiver, made["id"])
    assert not signs(request, made["secret"])
    assert signs(request, rotated["secret"])


async def test_a_secret_that_leaked_signs_nothing_more(context: Context, receiver: Receiver) -> None:
    made = await make(context, receiver.url())
    before = await rotate(context, made["id"])
    now = await rotate(context, made["id"], timedelta(0))
    request = await ping(context, receiver, made["id"])
    assert [signs(request, each["secret"]) for each in (made, before, now)] == [False, False, True]


async def test_a_key_pair_is_rotated_with_the_secret(context: Context, clock: FakeClock, receiver: Receiver) -> None:
    made = await make(context, receiver.url(), asymmetric=True)
    assert made["public_key"].startswith("whpk_")
    versions = [part.partition(",")[0] for part in await signatures(context, receiver, made["id"])]
    assert versions == ["v1", "v1a"]
    rotated = await rotate(context, made["id"])
    assert rotated["public_key"] not in (None, made["public_key"])
    versions = [part.partition(",")[0] for part in await signatures(context, receiver, made["id"])]
    assert sorted(versions) == ["v1", "v1", "v1a", "v1a"]
    clock.move(days=1)
    assert len(await signatures(context, receiver, made["id"])) == 2


async def signatures(context: Context, receiver: Receiver, id_: str) -> list[str]:
    request = await ping(context, receiver, id_)
    return str(request.headers["webhook-signature"]).split(" ")


async def test_old_secrets_are_bounded(context: Context, clock: FakeClock) -> None:
    made = await make(context, "https://hooks.example/in")
    for _ in range(MOST_OLD_SECRETS):
        await rotate(context, made["id"])
    with pytest.raises(WrongState):
        await rotate(context, made["id"])
    await rotate(context, made["id"], timedelta(0))
    clock.move(days=1)
    await rotate(context, made["id"])


async def test_who_is_late_by_a_version_rotates_nothing(context: Context) -> None:
    made = await make(context, "https://hooks.example/in")
    outcomes = await asyncio.gather(*(rotate(context, made["id"], version=1) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 4
    assert (await webhooks.get_endpoint(context, CALLER, made["id"])).version == 2
