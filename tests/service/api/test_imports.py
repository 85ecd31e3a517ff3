"""Files of many trips: taken whole, posted once whatever dies on the way, and what was wrong told by line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.delivery.keeper import Keeper
from service.errors import StaleLease
from service.importer import Importer
from service.model.partners import Caller
from service.store import imports as store_imports
from service.store import keys, leases
from service.usecases import importing, imports
from service.usecases.checkup import check_up, mend
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.service.api.conftest import MakeClient
from tests.service.api.recurring import recurring
from tests.service.markets import IN_EAST, west_and_east

pytestmark = pytest.mark.anyio
NDJSON = {"Content-Type": "application/x-ndjson"}


def offer(**changes: Any) -> dict[str, Any]:
    return {"kind": "offer", **offer_body(**changes)}


def request(**changes: Any) -> dict[str, Any]:
    return {"kind": "request", **request_body(**changes)}


def file_of(*lines: Any) -> bytes:
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


async def send(client: httpx.AsyncClient, *lines: Any, **headers: str) -> dict[str, Any]:
    answer = await client.post("/v1/imports", content=file_of(*lines), headers=NDJSON | headers)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def work(context: Context) -> None:
    importer = Importer(context)
    while await importer.round(asyncio.Event()):
        pass


async def outcome(client: httpx.AsyncClient, sent: dict[str, Any]) -> tuple[Any, ...]:
    found = (await client.get(f"/v1/imports/{sent['id']}")).json()
    return tuple(found[name] for name in ("status", "lines", "read", "posted", "known", "refused"))


async def errors(client: httpx.AsyncClient, sent: dict[str, Any]) -> list[tuple[int, str]]:
    answer = await client.get(f"/v1/imports/{sent['id']}/errors")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    faults = [json.loads(line) for line in answer.text.splitlines()]
    assert all(fault["detail"] for fault in faults)
    return [(fault["line"], fault["pointer"]) for fault in faults]


async def count(client: httpx.AsyncClient, kind: str = "offer") -> int:
    return len((await client.get(f"/v1/{kind}s?limit=500")).json()["items"])


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut after every few lines, so that short files have many pieces."""
    monkeypatch.setattr(imports, "_PIECE_BYTES", 1500)


async def test_lines_are_posted_and_what_is_wrong_is_told_by_line(
    context: Context, partner: httpx.AsyncClient, small_pieces: None
) -> None:
    late = {"earliest_departure": "2027-02-01T07:30:00+01:00", "latest_arrival": "2027-02-01T08:45:00+01:00"}
    sent = await send(
        partner, offer(), b"", request(), request(seats=0, colour="red"), b"{", b'{"seats": 1}', offer(**late),
        recurring(offer()), b"[]", offer(commuter_id="last"),
    )  # fmt: skip
    assert (sent["status"], sent["lines"], sent["read"], sent["finished_at"]) == ("waiting", 9, 0, None)
    assert await errors(partner, sent) == []
    await work(context)
    assert await outcome(partner, sent) == ("completed", 9, 9, 4, 0, 5)
    assert await errors(partner, sent) == [
        (4, "/seats"), (4, "/colour"), (5, ""), (6, ""), (7, "/latest_arrival"), (9, "")
    ]  # fmt: skip
    assert await count(partner, "request") == 1
    assert await count(partner, "serie") == 1
    (last,) = (await partner.get("/v1/offers?commuter=last")).json()["items"]
    assert last["status"] == "open"
    assert "kind" not in last
    (listed,) = (await partner.get("/v1/imports")).json()["items"]
    assert (listed["id"], listed["finished_at"]) == (sent["id"], "2027-03-01T05:00:00Z")
    assert not await context.store.redis.keys("*:import-pieces:*")


async def test_a_piece_that_is_posted_again_after_a_crash_makes_nothing_twice(
    context: Context, partner: httpx.AsyncClient, clock: FakeClock
) -> None:
    await west_and_east(context, clock)
    back = {"origin": IN_EAST, "destination": offer_body()["origin"]}
    sent = await send(partner, offer(external_id="a"), offer(), offer(**back), request(seats=0), offer(external_id="b"))
    redis, tag = context.store.redis, keys.partner_tag(partner.partner_id)  # type: ignore[attr-defined]
    record, pieces = keys.IMPORT(tag, sent["id"]), keys.IMPORT_PIECES(tag, sent["id"])
    kept, lines = await redis.hgetall(record), await context.store.read_bytes(pieces, "0")
    await work(context)
    first = await outcome(partner, sent)
    assert first == ("completed", 5, 5, 4, 0, 1)
    await redis.delete(record)  # all is posted, and it died before that was noted
    await redis.hset(record, mapping=kept)
    await redis.hset(pieces, "0", lines)
    await redis.zadd(keys.IMPORTS_OPEN(tag), {sent["id"]: 0})
    await work(context)
    assert await outcome(partner, sent) == first
    assert await errors(partner, sent) == [(4, "/seats")]
    assert await count(partner) == 4


async def test_several_at_work_on_one_import_post_each_line_once(
    context: Context, partner: httpx.AsyncClient, small_pieces: None
) -> None:
    sent = await send(partner, *(offer(commuter_id=f"c{n}") for n in range(60)))
    await asyncio.gather(*(work(context) for _ in range(4)))
    await work(context)
    assert await outcome(partner, sent) == ("completed", 60, 60, 60, 0, 0)
    assert await count(partner) == 60


async def test_who_lost_the_lease_writes_nothing(context: Context, partner: httpx.AsyncClient) -> None:
    sent = await send(partner, offer())
    owner, now = partner.partner_id, context.clock.now()  # type: ignore[attr-defined]
    lease = await leases.take_of_log(context.store, owner, importing.LEASE, "slow", now, -1)
    found = await store_imports.get(context.store, owner, sent["id"])
    assert lease is not None
    assert found is not None
    await work(context)
    with pytest.raises(StaleLease):
        await importing.post_next_piece(context, lease, found)
    assert await outcome(partner, sent) == ("completed", 1, 1, 1, 0, 0)
    assert await count(partner) == 1


async def test_what_has_an_external_id_is_posted_once_in_all_imports(
    context: Context, partner: httpx.AsyncClient
) -> None:
    lines = [offer(external_id="a"), offer(external_id="b", seats=9), offer(external_id="a"), request(external_id="a")]
    first = await send(partner, *lines)
    await work(context)
    assert await outcome(partner, first) == ("completed", 4, 4, 2, 1, 1)
    lines[1]["seats"] = 3
    again = await send(partner, *lines)
    await work(context)
    assert await outcome(partner, again) == ("completed", 4, 4, 1, 3, 0)
    assert (await count(partner), await count(partner, "request")) == (2, 1)


async def test_a_repeat_with_its_key_gets_the_first_answer_and_posts_nothing(
    context: Context, partner: httpx.AsyncClient
) -> None:
    key = NDJSON | {"Idempotency-Key": "k"}
    body = file_of(offer(), request())
    first, same = await asyncio.gather(*(partner.post("/v1/imports", content=body, headers=key) for _ in range(2)))
    await work(context)
    again = await partner.post("/v1/imports", content=body, headers=key)
    assert first.content == same.content == again.content
    assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "true")
    assert again.headers["location"] == f"/v1/imports/{again.json()['id']}"
    other = await partner.post("/v1/imports", content=file_of(offer()), headers=key)
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    assert len((await partner.get("/v1/imports")).json()["items"]) == 1
    assert await count(partner) == 1


async def test_what_does_not_come_in_whole_leaves_nothing(
    context: Context, partner: httpx.AsyncClient, small_pieces: None
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield file_of(offer())
        raise ConnectionError

    caller = Caller(partner.partner_id, "", frozenset(), sandbox=False)  # type: ignore[attr-defined]
    with pytest.raises(ConnectionError):
        await imports.take(context, caller, broken(), lambda _: None)
    assert not await context.store.redis.keys("*}:import*")


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"", NDJSON, 422),
        (b"\n \n\r\n", NDJSON, 422),
        (b"x" * (1 << 18), NDJSON, 422),
        (b"{}\n" + b"x" * 70_000 + b"\n", NDJSON, 422),
        (b"{}\n" * 100_001, NDJSON, 422),
        (b"{}\n", {"Content-Type": "application/json"}, 415),
    ],
    ids=["empty", "blank", "one long line", "a long line", "too many lines", "media type"],
)
async def test_what_is_no_import_is_refused_whole(
    context: Context, partner: httpx.AsyncClient, body: bytes, media: dict[str, str], status: int
) -> None:
    answer = await partner.post("/v1/imports", content=body, headers=media)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert not await context.store.redis.keys("*}:import*")


async def test_a_partner_has_few_unfinished_imports_at_a_time(context: Context, partner: httpx.AsyncClient) -> None:
    for _ in range(store_imports.MOST_OPEN):
        await send(partner, offer())
    refused = await partner.post("/v1/imports", content=file_of(offer()), headers=NDJSON)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (429, "too-many-imports")
    assert refused.headers["retry-after"]
    await work(context)
    await send(partner, offer())


async def test_old_imports_are_dropped_with_all_that_is_kept_of_them(
    context: Context, partner: httpx.AsyncClient, clock: FakeClock
) -> None:
    done = await send(partner, offer(), b"{")
    await work(context)
    owner = partner.partner_id  # type: ignore[attr-defined]
    half = imports.Import(context.new_id("import"), owner, owner, "uploading", 1, clock.now())
    until_ms = round((clock.now() + timedelta(hours=1)).timestamp() * 1000)
    await store_imports.begin(context.store, half, 0, until_ms)
    keeper = Keeper(context)
    await keeper.purge_logs()
    assert len((await partner.get("/v1/imports")).json()["items"]) == 2
    clock.move(hours=1)
    await keeper.purge_logs()
    assert (await partner.get(f"/v1/imports/{half.id}")).status_code == 404
    assert await errors(partner, done) == [(2, "")]
    clock.move(days=context.settings.retention_days)
    await keeper.purge_logs()
    assert (await partner.get(f"/v1/imports/{done['id']}/errors")).status_code == 404
    assert not await context.store.redis.keys("*}:import*")


async def test_imports_are_their_partners_alone_and_a_sandbox_has_its_own(
    context: Context, client_of: MakeClient, partner: httpx.AsyncClient
) -> None:
    sandbox = await client_of(partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]
    sent = await send(sandbox, offer())
    await work(context)
    assert (await count(sandbox), await count(partner)) == (1, 0)
    for other in (partner, await client_of()):
        for path in ("", "/errors"):
            assert (await other.get(f"/v1/imports/{sent['id']}{path}")).status_code == 404
        assert (await other.get("/v1/imports")).json()["items"] == []


async def test_a_sandbox_that_is_emptied_loses_its_imports(
    context: Context, client_of: MakeClient, partner: httpx.AsyncClient
) -> None:
    sandbox = await client_of(partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]
    sent = await send(sandbox, offer())
    owner, now = f"{partner.partner_id}~test", context.clock.now()  # type: ignore[attr-defined]
    lease = await leases.take_of_log(context.store, owner, importing.LEASE, "slow", now, 60)
    found = await store_imports.get(context.store, owner, sent["id"])
    assert lease is not None
    assert found is not None
    assert (await sandbox.post("/v1/sandbox/reset")).status_code == 200
    with pytest.raises(StaleLease):
        await importing.post_next_piece(context, lease, found)
    assert (await sandbox.get("/v1/imports")).json()["items"] == []
    assert await count(sandbox) == 0


async def test_an_import_that_fails_for_ever_is_ended_and_stops_no_other(
    context: Context, partner: httpx.AsyncClient
) -> None:
    torn, gone = await send(partner, offer()), await send(partner, offer())
    fine = await send(partner, offer())
    tag = keys.partner_tag(partner.partner_id)  # type: ignore[attr-defined]
    await context.store.redis.hset(keys.IMPORT_PIECES(tag, torn["id"]), "0", "no zlib")
    await context.store.redis.delete(keys.IMPORT_PIECES(tag, gone["id"]))
    await work(context)
    for failed in (torn, gone):
        found = (await partner.get(f"/v1/imports/{failed['id']}")).json()
        assert (found["status"], found["posted"]) == ("failed", 0)
        assert found["detail"]
    assert await outcome(partner, fine) == ("completed", 1, 1, 1, 0, 0)


async def test_doctor_puts_an_import_back_among_what_is_posted(context: Context, partner: httpx.AsyncClient) -> None:
    sent = await send(partner, offer())
    assert (await check_up(context)).wrong == 0
    tag = keys.partner_tag(partner.partner_id)  # type: ignore[attr-defined]
    await context.store.redis.delete(keys.IMPORTS_OPEN(tag), keys.IMPORTS(tag))
    assert (await mend(context)).mended == 2
    assert (await check_up(context)).wrong == 0
    await work(context)
    assert (await outcome(partner, sent))[0] == "completed"
    await context.store.redis.hset(keys.IMPORT(tag, sent["id"]), "lines", "many")
    assert {c.name for c in (await check_up(context)).checks if c.wrong} == {"import records"}
