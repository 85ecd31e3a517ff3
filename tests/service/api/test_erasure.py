"""A person who is erased is nowhere in the store: neither ids, names, places nor plates, in no key and no value."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from service.errors import StoreUnavailable
from service.importer import Importer
from service.store import erasing as store_erasing
from service.store import keys
from service.usecases import erasing, importing, imports
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.recurring import recurring
from tests.service.api.rides import answer, carrying, post

pytestmark = pytest.mark.anyio
NAME, PLATE, LABEL, OWN_ID, NOTE = "Ada Lovelace", "QX-417-B", "Bakerstraat 221b", "crew-7311", "left of the gate"
HOME, WORK = {"lat": 52.301234, "lon": 4.861234, "label": LABEL}, {"lat": 52.367891, "lon": 4.897891}
TRACES = (
    "ada-l", NAME, PLATE, LABEL, OWN_ID, NOTE, "52.301234", "4.861234", "52.367891", "4.897891", "either-ada",
    "is ill today",
)  # fmt: skip


def body(kind: str, **changes: Any) -> dict[str, Any]:
    """Return a trip of the person, with all that people may write into one."""
    made = offer_body() if kind == "offer" else request_body()
    made |= {"commuter_id": "ada-l", "origin": HOME, "destination": WORK, "external_id": OWN_ID}
    made |= {"metadata": {"note": NOTE}, "either": "either-ada"}
    if kind == "offer":
        made["vehicle"] = {"label": "green van", "plate": PLATE}
    return made | changes


async def dump(context: Context) -> list[tuple[str, str]]:
    """Return all keys and, as text, their values; what is packed is unpacked."""
    found = []
    async for server in context.store.each_server():
        async for key in server.scan_iter(count=1000):
            found += [(key, key), *((key, text) for value in await _values(server, key) for text in _texts(value))]
    return found


async def _values(server: Any, key: str) -> list[Any]:
    from redis.client import NEVER_DECODE

    commands = {
        "string": ("GET", key), "hash": ("HGETALL", key), "set": ("SMEMBERS", key), "list": ("LRANGE", key, 0, -1),
        "zset": ("ZRANGE", key, 0, -1), "stream": ("XRANGE", key, "-", "+"),
    }  # fmt: skip
    kind = await server.type(key)
    answer = await server.execute_command(*commands[kind], **{NEVER_DECODE: []})
    return [answer]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set)):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, bytes):
        yield _unpacked(value).decode()
    elif value is not None:
        yield str(value)


def _unpacked(value: bytes) -> bytes:
    if value[:2] == b"\x1f\x8b":
        return gzip.decompress(value)
    return zlib.decompress(value) if value[:2] in (b"\x78\x01", b"\x78\x9c") else value


async def traces(context: Context) -> set[tuple[str, str]]:
    return {(key, trace) for key, text in await dump(context) for trace in TRACES if trace in text}


async def erase(client: httpx.AsyncClient, who: str = "ada-l") -> None:
    answer = await client.delete(f"/v1/commuters/{who}")
    assert (answer.status_code, answer.content) == (204, b""), answer.text


async def a_full_life(context: Context, partner: httpx.AsyncClient, other: httpx.AsyncClient, clock: Any) -> None:
    """Have the person drive, ride, recur, be refused, be delivered, block and be blocked."""
    consent = {"purpose": "commuting", "version": "1", "at": "2027-02-20T09:00:00+01:00"}
    await partner.put("/v1/commuters/ada-l", json={"display_name": NAME, "consent": consent})
    await partner.post("/v1/webhook-endpoints", json={"url": "http://127.0.0.1:9/hook"})
    keyed = {"Idempotency-Key": "once-1"}
    drives = (await partner.post("/v1/offers", json=body("offer"), headers=keyed)).json()
    rob = await post(other, "request", request_body())
    ria = await post(partner, "request", request_body(commuter_id="ria"))
    await run_batch(context)
    for client, trip in ((partner, drives), (other, rob), (partner, ria)):
        assert (await answer(client, await carrying(client, trip), "accept", trip)).status_code == 200
    await partner.post(f"/v1/matches/{(await carrying(partner, ria))['id']}/cancel",
                       json={"trip_id": ria["id"], "reason": "Ada is ill today"})  # fmt: skip
    await post(partner, "offer", recurring(body("offer", either=None)))
    await post(partner, "request", recurring(body("request", either=None)))
    await relayed(context)
    log = keys.EVENTS(keys.partner_tag(partner.partner_id))  # type: ignore[attr-defined]
    ((entry, event), *_) = await context.store.redis.xrange(log)
    (endpoint,) = (await partner.get("/v1/webhook-endpoints")).json()["items"]
    tried = '{"at":"2027-03-01T05:00:00Z","status":500,"error":null,"latency_ms":3,"answer":"52.301234"}'
    delivery = keys.DELIVERY(keys.partner_tag(partner.partner_id), endpoint["id"], entry)  # type: ignore[attr-defined]
    await context.store.redis.hset(delivery, mapping={"type": event["type"], "status": "pending", "attempts": tried})
    await partner.put(f"/v1/commuters/ada-l/blocks/{rob['id']}")
    await partner.put("/v1/commuters/eve/blocks/ada-l")
    await other.put(f"/v1/commuters/rob/blocks/{drives['id']}")
    await post(partner, "request", body("request", either="either-ada"))
    await run_batch(context)
    assert len({trace for _, trace in await traces(context)}) == len(TRACES)


async def test_nothing_of_an_erased_person_is_left_in_the_store(
    context: Context, client_of: MakeClient, clock: Any
) -> None:
    partner, other = await client_of(shares_with="all"), await client_of(shares_with="all")
    await a_full_life(context, partner, other, clock)
    log = keys.EVENTS(keys.partner_tag(partner.partner_id))  # type: ignore[attr-defined]
    before = await context.store.redis.xrange(log)
    made = await partner.post("/v1/commuters/ada-l/tokens", json={})
    by_token = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await partner.get("/v1/offers", headers=by_token)).status_code == 200
    await erase(partner)
    assert await traces(context) == set()
    assert (await partner.get("/v1/offers", headers=by_token)).status_code == 401
    after = await context.store.redis.xrange(log)
    assert [entry for entry, _ in after[: len(before)]] == [entry for entry, _ in before]
    assert any("ria" in event.get("people", "") for _, event in after)
    await erase(partner)
    assert (await check_up(context)).wrong == 0
    assert (await partner.get("/v1/offers?commuter=ada-l")).json()["items"] == []
    repeat = await partner.post("/v1/offers", json=body("offer"), headers={"Idempotency-Key": "once-1"})
    assert (repeat.status_code, repeat.json()["type"].rpartition("/")[2]) == (410, "erased")
    again = await post(partner, "offer", body("offer"))
    assert (await partner.get("/v1/offers?commuter=ada-l")).json()["items"] == [again]


async def test_series_that_can_not_be_read_are_erased_with_their_commuter(
    context: Context, partner: httpx.AsyncClient
) -> None:
    kept = await post(partner, "offer", recurring(offer_body()))
    mine = [await post(partner, kind, recurring(body(kind, either=None))) for kind in ("offer", "request")]
    tag, who = keys.market_tag("main"), partner.partner_id  # type: ignore[attr-defined]
    doc = await context.store.redis.hget(keys.SERIES(tag, mine[0]["id"]), "doc")
    await context.store.redis.hset(keys.SERIES(tag, mine[0]["id"]), "doc", doc[:-1])
    await context.store.redis.hdel(keys.SERIES(tag, mine[1]["id"]), "due_ms")
    await context.store.redis.zadd(keys.SERIES_BY_COMMUTER(tag, who, "ada-l"), {kept["id"]: 0})  # another's, astray
    await erase(partner)
    assert await traces(context) == set()
    assert (await check_up(context)).wrong == 0
    assert [series["id"] for series in (await partner.get("/v1/series")).json()["items"]] == [kept["id"]]


@pytest.mark.parametrize("after", [2, 4, 6, 8])
async def test_what_dies_on_the_way_is_ended_by_a_repeat(
    context: Context, client_of: MakeClient, clock: Any, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    partner, other = await client_of(shares_with="all"), await client_of(shares_with="all")
    await a_full_life(context, partner, other, clock)
    steps = 0

    def dying(step: Any) -> Any:
        async def die_after(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == after:
                raise StoreUnavailable("died")
            return await step(*args, **kwargs)

        return die_after

    with monkeypatch.context() as patch:
        for name in ("erase_lines", "_drop_series", "_end_trips", "_redact_matches", "_redact_events",
                     "_drop_certificates", "_drop_trips", "_drop_blocks"):  # fmt: skip
            patch.setattr(erasing, name, dying(getattr(erasing, name)))
        patch.setattr(store_erasing, "drop_own", dying(store_erasing.drop_own))
        died = (await partner.delete("/v1/commuters/ada-l")).status_code
    assert died == 503
    await erase(partner)
    assert await traces(context) == set()
    assert (await check_up(context)).wrong == 0


def lines_of(*bodies: dict[str, Any]) -> bytes:
    kinds = ["offer" if "seats" in one else "request" for one in bodies]
    return b"".join(json.dumps({"kind": k, **one}).encode() + b"\n" for k, one in zip(kinds, bodies, strict=True))


async def send_lines(client: httpx.AsyncClient, lines: bytes) -> dict[str, Any]:
    answer = await client.post("/v1/imports", content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_nothing_is_left_of_a_person_in_imports_under_way(
    context: Context, partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_PIECE_BYTES", 1500)
    mine = [body(kind, either=None, external_id=f"{OWN_ID}-{n}") for n in range(5) for kind in ("offer", "request")]
    others = [request_body(commuter_id=f"eve-{n}") for n in range(6)]
    broken = b'{"kind": "offer", "commuter_id": "ada-l", "origin": {"label": "Bakerstraat 221b"\n'
    refused = lines_of(body("offer", seats=99), body("request", metadata={"note": NOTE * 40}))
    sent = await send_lines(
        partner, refused + lines_of(*mine[:5], *others[:3]) + broken + lines_of(*mine[5:], *others[3:])
    )
    assert await Importer(context).round(asyncio.Event())
    assert (await partner.get(f"/v1/imports/{sent['id']}")).json()["status"] == "running"
    assert {LABEL, OWN_ID, "ada-l"} <= {trace for _, trace in await traces(context)}
    await erase(partner)
    assert await traces(context) == set()
    importer = Importer(context)
    while await importer.round(asyncio.Event()):
        pass
    assert await traces(context) == set()
    done = (await partner.get(f"/v1/imports/{sent['id']}")).json()
    assert (done["status"], done["read"], done["posted"] + done["refused"]) == ("completed", 19, 19)
    assert "its commuter was erased" in (await partner.get(f"/v1/imports/{sent['id']}/errors")).text
    posted = (await partner.get("/v1/requests?limit=500")).json()["items"]
    assert {trip["commuter_id"] for trip in posted} == {f"eve-{n}" for n in range(6)}
    assert (await check_up(context)).wrong == 0


@pytest.mark.parametrize("taken_over", ["by nobody", "before the erasure", "after the erasure"])
async def test_who_stands_still_with_lines_of_a_person_posts_none_of_them_once_that_is_erased(
    context: Context, partner: httpx.AsyncClient, clock: Any, monkeypatch: pytest.MonkeyPatch, taken_over: str
) -> None:
    """For longer than its lease, where another took over: what it read is as it was before."""
    monkeypatch.setattr(importing, "AT_ONCE", 3)  # so that the piece is posted in several steps
    mine = [body("offer", either=None), recurring(body("request", external_id=f"{OWN_ID}-2", either=None))]
    mine += [body("request", external_id=None, either=f"either-ada-{n}") for n in range(4)]
    others = [request_body(commuter_id=f"eve-{n}") for n in range(4)]
    sent = await send_lines(partner, lines_of(others[0], *mine, *others[1:]))
    standing, go_on, post_one = asyncio.Event(), asyncio.Event(), importing.post_one

    async def stand_still(*args: Any) -> Any:
        standing.set()
        await go_on.wait()
        return await post_one(*args)

    async def take_over() -> None:
        clock.move(seconds=31)
        importer = Importer(context)
        while await importer.round(asyncio.Event()):
            pass

    monkeypatch.setattr(importing, "post_one", stand_still)
    posting = asyncio.create_task(Importer(context).round(asyncio.Event()))
    await standing.wait()
    monkeypatch.setattr(importing, "post_one", post_one)
    if taken_over == "before the erasure":
        await take_over()
        assert OWN_ID in {trace for _, trace in await traces(context)}
    await erase(partner)
    if taken_over == "after the erasure":
        await take_over()
    go_on.set()
    await posting
    assert await traces(context) == set()
    done = (await partner.get(f"/v1/imports/{sent['id']}")).json()
    assert (done["status"], done["read"], done["posted"] + done["refused"]) == ("completed", 10, 10)
    posted = (await partner.get("/v1/requests?limit=500")).json()["items"]
    assert {trip["commuter_id"] for trip in posted} == {f"eve-{n}" for n in range(4)}
    assert (await check_up(context)).wrong == 0


async def test_what_a_person_posts_after_an_erasure_is_posted_by_imports_too(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await erase(partner)
    sent = await send_lines(partner, lines_of(body("offer")))
    assert await Importer(context).round(asyncio.Event())
    assert (await partner.get(f"/v1/imports/{sent['id']}")).json()["posted"] == 1


async def test_people_who_are_erased_all_the_while_hold_up_no_import(
    context: Context, partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 10)
    sent = await send_lines(partner, b"{}\n" + lines_of(*(request_body(commuter_id=f"eve-{n}") for n in range(60))))
    posting, erased = asyncio.create_task(Importer(context).round(asyncio.Event())), 0
    while not posting.done():
        await erase(partner, f"gone-{erased}")
        erased += 1
    assert erased > 0
    done = (await partner.get(f"/v1/imports/{sent['id']}")).json()
    assert (done["status"], done["posted"], done["refused"]) == ("completed", 60, 1)
    assert len((await partner.get("/v1/requests?limit=500")).json()["items"]) == 60
