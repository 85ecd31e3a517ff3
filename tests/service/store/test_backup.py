"""A backup is the store at one moment; put back, it is what it was, and nothing is sent twice unsaid."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from loadtests.misbehaving import Receiver
from service import restoring
from service.clock import SystemClock
from service.delivery import run_deliverer
from service.errors import BadBackup, RestoreRefused, StoreNewer, StoreUnavailable, StoreUnsafe
from service.restoring import Restored, Wanted, restore
from service.settings import Settings
from service.store import batches, keys
from service.store.backup.copying import is_record
from service.store.backup.file import About, Manifest, names, verified, write
from service.store.backup.loading import loaded
from service.store.backup.stream import snapshot as stream
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases.context import Context
from tests.conftest import SECRET_KEY
from tests.factories import request_body
from tests.invariants import violations
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.days import at_work, live_a_day
from tests.service.making import CIPHER, emit, eventually, make_endpoint, new_event, whole_log
from tests.service.snapshots import snapshot

pytestmark = [pytest.mark.anyio, pytest.mark.one_server]
ABOUT = About(made_at="2027-03-01T05:00:00Z", carpool="1", server="valkey 9", schema_version=keys.SCHEMA_VERSION)
SEND, DROP = Wanted("send"), Wanted("drop")


def save(url: str, path: Path) -> Manifest:
    return write(path, [stream(url)], ABOUT)


@contextmanager
def new_server(**settings: str) -> Iterator[EmbeddedStore]:
    with (
        tempfile.TemporaryDirectory(prefix="cpt-") as directory,
        EmbeddedStore(Path(directory), settings=settings) as server,
    ):
        yield server


async def put_back(
    path: Path,
    url: str,
    wanted: Wanted,
    *,
    secret: str | None = SECRET_KEY,
    say: Callable[[str], None] = lambda _: None,
) -> Restored:
    with tempfile.TemporaryDirectory(prefix="cpt-") as scratch:
        manifest = verified(path, Path(scratch))
        async with loaded(Path(scratch), names(manifest), manifest.database) as saved_url:
            return await restore(saved_url, Settings(redis_url=url), secret, wanted, say)


async def records(store: Store) -> dict[str, Any]:
    return {key: value for key, value in (await snapshot(store)).items() if is_record(key)}


@pytest.fixture
async def lived(context: Context, client_of: MakeClient) -> httpx.AsyncClient:
    """A partner's client, after a day in the store, with an idempotency key that is still kept."""
    from service.model.partners import SCOPES

    client = await client_of(*SCOPES)
    await live_a_day(context, client)
    await client.post("/v1/requests", json=request_body(), headers={"Idempotency-Key": "once"})
    return client


async def test_what_is_put_back_is_what_was_saved(
    context: Context, lived: httpx.AsyncClient, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    store = context.store
    await store.redis.zadd(f"{keys.market_tag('main')}:trips:par_x:offer", {f"off_{n:026d}": 0 for n in range(2000)})
    await store.redis.rpush(keys.BATCH_QUEUE(keys.market_tag("sandbox-x")), *map(str, range(1200)))
    await emit(store, *[new_event("par_x") for _ in range(1100)], market="sandbox-x")
    (once,) = [key async for key in store.redis.scan_iter("*:once:*")]
    ends_ms = await store.redis.pexpiretime(once)
    assert ends_ms > 0
    before = await records(store)
    manifest = save(valkey.url, tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
    assert manifest.bytes > 10_000
    with new_server() as server:
        restored = await put_back(tmp_path / "b", server.url, SEND)
        target = Store(server.url)
        assert await records(target) == before
        assert restored.keys == len(before)
        assert await target.redis.pexpiretime(once) == ends_ms
        assert restored.secrets_fit
        assert await target.schema() == (keys.SCHEMA_VERSION, keys.SCHEMA_VERSION)
        await target.close()


async def test_a_service_at_work_is_saved_as_of_one_moment(
    context: Context, lived: httpx.AsyncClient, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    async with at_work(lived) as done:

        async def reached(least: int) -> bool:
            return done.total() > least

        for n in range(3):
            await eventually(lambda least=5 * n: reached(least))
            await asyncio.to_thread(save, valkey.url, tmp_path / f"b{n}")
    for n in range(3):
        with new_server() as server:
            restored = await put_back(tmp_path / f"b{n}", server.url, SEND)
            assert restored.report.wrong == 0
            target = Store(server.url)
            assert await violations(target) == []
            await target.close()


async def test_a_database_behind_a_password_on_a_port_is_saved_and_restored(
    context: Context, lived: httpx.AsyncClient, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    before = await records(context.store)
    save(valkey.url, tmp_path / "b")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with new_server(port=str(port), bind="127.0.0.1") as server:
        plain = Store(server.url)
        await plain.redis.config_set("requirepass", "open:sesame")
        await plain.close()
        url = f"redis://:open%3Asesame@127.0.0.1:{port}/3"
        await put_back(tmp_path / "b", url, SEND)
        again = tmp_path / "again"
        write(again, [stream(url)], ABOUT.model_copy(update={"database": 3}))
    with tempfile.TemporaryDirectory(prefix="cpt-") as scratch:
        manifest = verified(again, Path(scratch))
        async with loaded(Path(scratch), names(manifest), manifest.database) as saved_url:
            store = Store(saved_url)
            assert await records(store) == before
            await store.close()


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "text", "other"])
async def test_a_file_that_is_not_what_was_saved_is_refused(
    context: Context, lived: httpx.AsyncClient, valkey: EmbeddedStore, tmp_path: Path, harm: str
) -> None:
    path = tmp_path / "b"
    save(valkey.url, path)
    whole = path.read_bytes()
    middle = len(whole) // 3
    path.write_bytes({
        "flip": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "cut": whole[: len(whole) - 3000], "empty": b"", "text": b"no backup at all\n" * 100,
        "other": whole.replace(b'"format": 1', b'"format": 7').replace(b'"format":1', b'"format":7'),
    }[harm])  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="cpt-") as scratch, pytest.raises(BadBackup) as refused:
        verified(path, Path(scratch))
    assert str(path) in str(refused.value) or harm == "other"
    with pytest.raises(BadBackup, match="there is no file"):
        verified(tmp_path / "none", tmp_path)


def test_an_existing_file_is_kept_and_a_half_one_is_not(valkey: EmbeddedStore, tmp_path: Path) -> None:
    save(valkey.url, tmp_path / "b")
    before = (tmp_path / "b").read_bytes()
    with pytest.raises(BadBackup, match="is there already"):
        save(valkey.url, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == before
    for answer, error, words in (
        (b"\n\n$1000\r\nREDIS0011" + b"x" * 100, StoreUnavailable, "before its snapshot was whole"),
        (b"$EOF:" + b"m" * 40 + b"\r\nREDIS0011xx" + b"m" * 39, StoreUnavailable, "before its snapshot was whole"),
        (b"\n$20\r\nREDIS0012xxxxxxxxxxx", StoreUnsafe, "Redis 7.4 or later"),
        (b"-NOMASTERLINK Can't SYNC while not connected\r\n", StoreUnsafe, "NOMASTERLINK"),
        (b"*3\r\n", StoreUnavailable, "something else"),
    ):
        with answering(answer) as url, pytest.raises(error, match=words):
            save(url, tmp_path / "c")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    with answering(b"\n\n$20\r\nREDIS0011xxxxxxxxxxxand more") as url:
        assert b"".join(stream(url)) == b"REDIS0011xxxxxxxxxxx"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Serve one connection as a store would, up to its answer to SYNC; then close."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                received = b""
                while chunk := connection.recv(4096):
                    received += chunk
                    if b"SYNC" in received:
                        connection.sendall(answer)
                        return
                    connection.sendall(b"-ERR unknown\r\n" * chunk.count(b"*"))

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


async def test_a_user_without_the_right_is_told_which_one(store: Store, valkey: EmbeddedStore, tmp_path: Path) -> None:
    await store.redis.execute_command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-sync", "-psync")
    try:
        with pytest.raises(StoreUnsafe, match=r"needs \+sync"):
            save(valkey.url.replace("unix://", "unix://app:pw@"), tmp_path / "b")
    finally:
        await store.redis.execute_command("ACL", "DELUSER", "app")


async def test_a_store_that_holds_something_is_replaced_only_when_told(
    context: Context, lived: httpx.AsyncClient, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    before = await records(context.store)
    save(valkey.url, tmp_path / "b")
    with new_server() as server:
        target = Store(server.url)
        await target.redis.set("somebody's", "own")
        await put_back(tmp_path / "b", server.url, SEND)
        await target.redis.hset(keys.TRIP(keys.market_tag("main"), "off_x"), "id", "off_x")
        with pytest.raises(RestoreRefused, match="not empty"):
            await put_back(tmp_path / "b", server.url, SEND)
        assert await target.redis.exists(keys.TRIP(keys.market_tag("main"), "off_x"))
        await batches.mark_tick(target, "main", SystemClock().now())
        with pytest.raises(RestoreRefused, match="stop the service"):
            await put_back(tmp_path / "b", server.url, Wanted("send", replace=True))
        await target.redis.delete(keys.TICK(keys.market_tag("main")))
        await put_back(tmp_path / "b", server.url, Wanted("send", replace=True))
        assert await records(target) == before
        assert await target.redis.get("somebody's") == "own"
        await target.close()


async def test_a_restore_that_was_cut_off_leaves_a_store_that_nobody_uses(
    context: Context, lived: httpx.AsyncClient, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    before = await records(context.store)
    save(valkey.url, tmp_path / "b")

    def stop(line: str) -> None:
        raise KeyboardInterrupt

    with new_server() as server:
        with pytest.raises(KeyboardInterrupt):
            await put_back(tmp_path / "b", server.url, SEND, say=stop)
        target = Store(server.url)
        with pytest.raises(StoreUnsafe, match="did not come to its end"):
            await target.prepare(accept_data_loss=False)
        await put_back(tmp_path / "b", server.url, Wanted("send", replace=True))
        await target.prepare(accept_data_loss=False)
        assert await records(target) == before
        await target.close()


async def test_a_backup_of_a_later_version_is_refused_before_anything_is_written(
    store: Store, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    await store.redis.set(keys.SCHEMA(keys.STORE_TAG), "99")
    save(valkey.url, tmp_path / "b")
    with new_server() as server:
        with pytest.raises(StoreNewer):
            await put_back(tmp_path / "b", server.url, SEND)
        target = Store(server.url)
        assert await snapshot(target) == {}
        await target.close()


async def test_a_key_that_does_not_fit_is_told(
    context: Context, lived: httpx.AsyncClient, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    save(valkey.url, tmp_path / "b")
    for key, fits in ((None, False), ("B" * 43 + "=", False), (SECRET_KEY, True)):
        with new_server() as server:
            assert (await put_back(tmp_path / "b", server.url, SEND, secret=key)).secrets_fit is fits


SETTINGS_KEEP = timedelta(days=30)
SETTINGS = Settings(allow_private_webhooks=True, webhook_timeout_s=1, webhook_retry_schedule=(0.2,) * 10)


async def delivered(store: Store, receiver: Receiver, times: int) -> list[str]:
    """Run a deliverer until the receiver got this many requests; return their webhook ids."""
    stop = asyncio.Event()
    running = asyncio.create_task(run_deliverer(Context(store, SystemClock(), SETTINGS, CIPHER), stop))
    await receiver.wait_for(lambda received: len(received) >= times)
    stop.set()
    await running
    return [request.headers["webhook-id"] for request in receiver.received]


async def relay_and_leave_owed(store: Store, url: str) -> str:
    """Leave 5 deliveries of two subjects owed to an endpoint, and 2 events that are not relayed; return its id."""
    endpoint, _ = await make_endpoint(store, "par_1", url)
    await emit(store, *[new_event("par_1", subject=f"mat_{n % 2}", seq=n + 1) for n in range(5)])
    await restoring.Relay(store, SystemClock(), SETTINGS_KEEP, lambda _: None).relay_once(["main"], 1)
    await emit(store, *[new_event("par_1", subject="mat_9", seq=n + 1) for n in range(2)])
    return endpoint.id


async def test_what_was_owed_is_decided_on_and_sent_under_the_ids_it_had(
    store: Store, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    async with Receiver() as receiver:
        await relay_and_leave_owed(store, receiver.url())
        save(valkey.url, tmp_path / "b")
        first = await delivered(store, receiver, 7)
        receiver.received.clear()
        with new_server() as server:
            with pytest.raises(RestoreRefused, match=r"5 deliveries were owed to 1 endpoints, and 2 events .* --owed"):
                await put_back(tmp_path / "b", server.url, Wanted())
            target = Store(server.url)
            assert await snapshot(target) == {}
            restored = await put_back(tmp_path / "b", server.url, SEND)
            assert (restored.owed.deliveries, restored.owed.endpoints, restored.owed.unnumbered) == (5, 1, 2)
            again = await delivered(target, receiver, 7)
            assert len(set(first) & set(again)) == 5
            await target.close()


async def test_what_was_owed_is_dropped_where_that_is_said_and_stays_in_the_log(
    store: Store, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    async with Receiver() as receiver:
        await relay_and_leave_owed(store, receiver.url("/500"))
        stop = asyncio.Event()
        running = asyncio.create_task(run_deliverer(Context(store, SystemClock(), SETTINGS, CIPHER), stop))
        await receiver.wait_for(lambda received: len(received) >= 1)
        stop.set()
        await running
        await emit(store, *[new_event("par_1", subject="mat_8", seq=n + 1) for n in range(2)])
        save(valkey.url, tmp_path / "b")
        receiver.received.clear()
        with new_server() as server:
            restored = await put_back(tmp_path / "b", server.url, DROP)
            assert restored.owed.deliveries > 0
            assert restored.report.wrong == 0
            target = Store(server.url)
            assert len(await whole_log(target, "par_1")) == 9
            states = [await target.redis.hget(key, "status") async for key in target.redis.scan_iter("*:delivery:*")]
            assert "failed" in states
            assert "pending" not in states
            stop = asyncio.Event()
            running = asyncio.create_task(run_deliverer(Context(target, SystemClock(), SETTINGS, CIPHER), stop))
            await emit(target, new_event("par_1", subject="mat_10"))
            await receiver.wait_for(lambda received: len(received) >= 1)
            await eventually(lambda: target.redis.hlen(keys.RELAYED("{p:par_1}")))
            stop.set()
            await running
            sent = {request.headers["webhook-id"] for request in receiver.received}
            assert sent == {(await whole_log(target, "par_1"))[-1].id}
            await target.close()
