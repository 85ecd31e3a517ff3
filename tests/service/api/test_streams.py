"""Events as they come, to partners that listen: every event once and in order, whatever happens to the connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.requests import Request

from service.api.sse import CUT, STREAMS, EventStream
from service.errors import StoreUnavailable
from service.model.events import EventFilter
from service.roles.api import api_server
from service.store import logs
from service.store.tails import Tails
from service.usecases import partners
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.running import relayed
from tests.service.making import emit, eventually, new_event
from tests.streams import Message, messages, served, some

pytestmark = pytest.mark.anyio
PATH = "/v1/events/stream"


@asynccontextmanager
async def following(client: httpx.AsyncClient, **asked: Any) -> AsyncIterator[AsyncIterator[Message]]:
    async with client.stream("GET", PATH, timeout=60, **asked) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = messages(answer)
        yield stream
        await stream.aclose()  # type: ignore[attr-defined]


@pytest.fixture
async def url(context: Context) -> AsyncIterator[str]:
    async with served(api_server(context)) as address:
        yield address


@pytest.fixture
async def client(context: Context, url: str) -> AsyncIterator[httpx.AsyncClient]:
    partner = await partners.create_partner(context, "acme")
    key = await partners.create_key(context, partner.id)
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key.text}"}) as made:
        made.partner_id, made.key = partner.id, key.key  # type: ignore[attr-defined]
        yield made


@pytest.fixture
def happen(context: Context, client: httpx.AsyncClient) -> Callable[..., Awaitable[None]]:
    """Puts events of these numbers into the partner's log."""

    async def put(*numbers: int, **more: Any) -> None:
        await emit(context.store, *[new_event(client.partner_id, seq=n, **more) for n in numbers])  # type: ignore[attr-defined]
        await relayed(context)

    return put


Happen = Callable[..., Awaitable[None]]


def numbers(found: list[Message]) -> list[int]:
    return [message.data["seq"] for message in found]


async def test_what_happens_is_sent_as_the_list_shows_it(client: httpx.AsyncClient, happen: Happen) -> None:
    await happen(1)
    async with following(client) as stream:
        await happen(2, 3)
        found = await some(stream, 2)
    listed = (await client.get("/v1/events")).json()["items"]
    assert [message.data for message in found] == listed[1:]
    assert [message.id for message in found] == [event["id"] for event in listed[1:]]
    assert {message.event for message in found} == {"message"}


async def test_a_stream_goes_on_after_the_last_event_that_came(client: httpx.AsyncClient, happen: Happen) -> None:
    await happen(*range(1, 101))
    first = (await client.get("/v1/events?limit=1")).json()["items"][0]["id"]
    async with following(client, params={"after": first}) as stream:
        found = await some(stream, 50)
    last = found[-1].id
    await happen(101)
    async with following(client, params={"after": first}, headers={"Last-Event-ID": last}) as stream:
        found += await some(stream, 50)
    assert numbers(found) == list(range(2, 102))


async def test_what_happens_between_two_streams_is_not_lost_though_none_came_before(
    client: httpx.AsyncClient, happen: Happen
) -> None:
    await happen(1)
    async with following(client) as stream:
        place = (await anext(stream)).id
    await happen(2)
    async with following(client, headers={"Last-Event-ID": place}) as stream:
        assert numbers(await some(stream, 1)) == [2]


async def test_a_log_without_events_has_a_place_to_go_on_from(client: httpx.AsyncClient, happen: Happen) -> None:
    async with following(client) as stream:
        place = (await anext(stream)).id
    await happen(1)
    async with following(client, headers={"Last-Event-ID": place}) as stream:
        assert numbers(await some(stream, 1)) == [1]


async def test_types_that_were_not_asked_for_are_passed_over(client: httpx.AsyncClient, happen: Happen) -> None:
    await happen(1)
    first = (await client.get("/v1/events")).json()["items"][0]["id"]
    await happen(*range(2, 200), type_="match.updated")
    async with following(client, params={"types": "match.expired", "after": first}) as stream:
        await happen(200, type_="match.expired")
        assert numbers(await some(stream, 1)) == [200]


async def test_communities_that_were_not_asked_for_are_passed_over(client: httpx.AsyncClient, happen: Happen) -> None:
    async with following(client, params={"communities": "campus"}) as stream:
        await happen(1, communities=("zuidas",))
        await happen(2, communities=())
        await happen(3, communities=("zuidas", "campus"))
        await happen(4)  # of no trip, or of one whose communities are not known
        assert numbers(await some(stream, 2)) == [3, 4]


async def test_who_may_not_read_trips_is_told_of_matches_alone(
    context: Context, client: httpx.AsyncClient, happen: Happen
) -> None:
    key = await partners.create_key(context, client.partner_id, scopes=["matches:read"])  # type: ignore[attr-defined]
    narrow = {"Authorization": f"Bearer {key.text}"}
    async with following(client, headers=narrow) as stream:
        await happen(1, type_="trip.cancelled")
        await happen(2)
        assert numbers(await some(stream, 1)) == [2]
    refused = await client.get(PATH, params={"types": "trip.cancelled"}, headers=narrow)
    assert refused.status_code == 403


async def test_each_partner_is_told_of_its_own(context: Context, client: httpx.AsyncClient, happen: Happen) -> None:
    other = await partners.create_partner(context, "other")
    async with following(client) as stream:
        await emit(context.store, new_event(other.id, seq=7))
        await happen(8)
        assert numbers(await some(stream, 1)) == [8]
    log = await logs.read(context.store, other.id, None, 5)
    (theirs,) = log.events
    for asked in ({"params": {"after": theirs.id}}, {"headers": {"Last-Event-ID": theirs.id}}):
        answer = await client.get(PATH, **asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] in ("?after", "Last-Event-ID")


async def test_a_key_that_is_revoked_is_told_nothing_more(
    context: Context, client: httpx.AsyncClient, happen: Happen
) -> None:
    async with following(client) as stream:
        await happen(1)
        await some(stream, 1)
        await partners.revoke_key(context, client.key.id)  # type: ignore[attr-defined]
        await happen(2)
        (last,) = await some(stream, 1)
        assert last.event == "problem"
        assert last.data["type"].endswith("unauthenticated")
        assert [message async for message in stream] == []


async def test_events_that_were_dropped_meanwhile_are_told_of(
    context: Context, client: httpx.AsyncClient, clock: FakeClock, happen: Happen
) -> None:
    await happen(1, 2)
    first, second = [event["id"] for event in (await client.get("/v1/events")).json()["items"]]
    clock.move(days=31)
    await happen(3)
    await logs.purge_log(context.store, client.partner_id, clock.now() - timedelta(days=30))  # type: ignore[attr-defined]
    listed = await client.get("/v1/events", params={"after": first})
    assert listed.status_code == 410
    assert listed.json()["type"].endswith("events-dropped")
    async with following(client, headers={"Last-Event-ID": second}) as stream:
        told, *found = await some(stream, 2)
    assert told.event == "problem"
    assert told.data["type"] == listed.json()["type"]
    assert told.id is None
    assert numbers(found) == [3]


async def test_who_has_the_last_event_has_missed_nothing_though_all_are_dropped(
    context: Context, client: httpx.AsyncClient, clock: FakeClock, happen: Happen
) -> None:
    await happen(1)
    (event,) = (await client.get("/v1/events")).json()["items"]
    clock.move(days=31)
    await logs.purge_log(context.store, client.partner_id, clock.now() - timedelta(days=30))  # type: ignore[attr-defined]
    assert (await client.get("/v1/events", params={"after": event["id"]})).json()["items"] == []
    async with following(client, headers={"Last-Event-ID": event["id"]}) as stream:
        await happen(2)
        assert numbers(await some(stream, 1)) == [2]


async def test_whose_events_are_all_dropped_goes_on_with_those_that_come(
    context: Context, client: httpx.AsyncClient, clock: FakeClock, happen: Happen
) -> None:
    await happen(1, 2)
    first = (await client.get("/v1/events")).json()["items"][0]["id"]
    clock.move(days=31)
    await logs.purge_log(context.store, client.partner_id, clock.now() - timedelta(days=30))  # type: ignore[attr-defined]
    async with following(client, headers={"Last-Event-ID": first}) as stream:
        (told,) = await some(stream, 1)
        assert told.event == "problem"
        await happen(3)
        assert numbers(await some(stream, 1)) == [3]


async def test_a_server_that_stops_ends_its_streams_at_once(context: Context) -> None:
    partner = await partners.create_partner(context, "acme")
    key = await partners.create_key(context, partner.id)
    server = api_server(context)
    async with (
        served(server) as url,
        httpx.AsyncClient(base_url=url) as client,
        following(client, headers={"Authorization": f"Bearer {key.text}"}) as stream,
    ):
        await anext(stream)
        server.should_exit = True
        # It would be cancelled after 7 s otherwise, and break off.
        assert [message async for message in stream] == []


async def test_streams_are_bounded_in_all_and_for_each_partner(context: Context) -> None:
    context = replace(context, tails=Tails(most=3, most_each=2))
    async with served(api_server(context)) as url, httpx.AsyncClient(base_url=url) as client:
        found = []
        for _ in range(2):
            partner = await partners.create_partner(context, "acme")
            found.append({"Authorization": f"Bearer {(await partners.create_key(context, partner.id)).text}"})
        one, other = found
        async with following(client, headers=one), following(client, headers=one) as stream:
            refused = await client.get(PATH, headers=one)
            assert refused.status_code == 429
            assert refused.headers["retry-after"]
            async with following(client, headers=other):
                assert (await client.get(PATH, headers=other)).status_code == 429
            del stream

        async def opens_again() -> bool:
            async with client.stream("GET", PATH, headers=one) as answer:
                return answer.status_code == 200

        assert await eventually(opens_again)


@pytest.mark.one_server
async def test_a_stream_outlasts_the_store(
    context: Context, client: httpx.AsyncClient, happen: Happen, valkey: Any
) -> None:
    await happen(1)
    async with following(client) as stream:
        await anext(stream)
        valkey.stop_server()
        try:
            with pytest.raises(StoreUnavailable):
                await context.store.ready()
        finally:
            valkey.restart()
        await eventually(lambda: _ready(context))
        await happen(2)
        assert numbers(await some(stream, 1)) == [2]


async def _ready(context: Context) -> bool:
    try:
        await context.store.ready()
    except StoreUnavailable:
        return False
    return True


def stream_app(context: Context, owner: str, **pace: float) -> Any:
    """An application that is one stream, at a pace that a test can wait for."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        follower = await context.tails.follow(context.store, owner, None, EventFilter())
        answer = EventStream(Request(scope), follower, lambda: asyncio.sleep(0), context.tails.leave, **pace)  # type: ignore[arg-type]
        await answer(scope, receive, send)

    return uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))


async def test_a_quiet_stream_shows_that_it_lives(context: Context) -> None:
    async with (
        served(stream_app(context, "par_1", heartbeat_s=0.05)) as url,
        httpx.AsyncClient() as client,
        client.stream("GET", url) as answer,
    ):
        stream = messages(answer)
        await anext(stream)
        beats = [await anext(stream) for _ in range(3)]
        assert {(beat.comment, beat.data, beat.id) for beat in beats} == {("still here", None, None)}
        await stream.aclose()  # type: ignore[attr-defined]


async def test_a_reader_that_takes_nothing_is_cut_off(context: Context) -> None:
    before = CUT._value.get()  # type: ignore[attr-defined]
    async with served(stream_app(context, "par_1", patience_s=0.2)) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: carpool\r\n\r\n")
        await reader.readline()  # and nothing more
        large = '"' + "x" * 100_000 + '"'

        async def is_cut() -> bool:
            await emit(context.store, *[new_event("par_1", seq=n, data=large) for n in range(20)])
            await relayed(context)
            return bool(CUT._value.get() > before)  # type: ignore[attr-defined]

        assert await eventually(is_cut, timeout_s=60)
        assert STREAMS._value.get() == 0  # type: ignore[attr-defined]
        writer.close()


async def test_followers_get_every_event_once_however_far_behind_they_are(context: Context) -> None:
    tails, store = context.tails, context.store
    eager = await tails.follow(store, "par_1", None, EventFilter())
    lazy = await tails.follow(store, "par_1", None, EventFilter())
    late = await tails.follow(store, "par_1", logs.BEGINNING, EventFilter())
    got: dict[Any, list[str]] = {eager: [], lazy: [], late: []}
    expected = 0
    for burst in (1, 30, 200, 3, 64, 65, 1):
        await emit(store, *[new_event("par_1", seq=n) for n in range(burst)])
        await relayed(context)
        expected += burst
        while len(got[eager]) < expected:
            got[eager] += [event.entry for event in await eager.next(60)]
        got[lazy] += [event.entry for event in await lazy.next(60)]
    for follower in (lazy, late):
        while len(got[follower]) < expected:
            got[follower] += [event.entry for event in await follower.next(60)]
    logged = [event.entry for event in (await logs.read(store, "par_1", None, 1000)).events]
    assert got == {eager: logged, lazy: logged, late: logged}
    for follower in got:
        tails.leave(follower)
