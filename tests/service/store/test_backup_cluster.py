"""A backup of a cluster, whose servers are saved at moments that differ: what is put back agrees with itself."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis
from redis.exceptions import NoPermissionError, ResponseError

from service.delivery.relay import Relay
from service.errors import StoreUnavailable
from service.model.events import Event
from service.model.partners import SCOPES
from service.restoring import Restored, Wanted
from service.store import events, keys
from service.store import moves as store_moves
from service.store.access import backup_rules
from service.store.backup.cluster import snapshots
from service.store.backup.file import Manifest, verified, write
from service.store.backup.holding import held
from service.store.client import Store
from service.usecases import moves
from service.usecases.context import Context
from service.usecases.markets import MarketChange, create_market
from tests.clusters import PATIENT, Cluster, clustered
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.invariants import violations, violations_between
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.api.rides import answer, post
from tests.service.days import live_a_day
from tests.service.making import emit, eventually, new_event, whole_log
from tests.service.markets import ACROSS, WEST, west_and_east
from tests.service.store.test_backup import ABOUT, SEND, SETTINGS_KEEP, new_server, put_back, records, save
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
ALL = ("main", "west", "east")
APART = Wanted("send", mend=True)


@pytest.fixture(scope="module")
def valkey() -> Iterator[Cluster]:
    """In the place of the one server: what a test calls `store` and `context` is on this cluster."""
    with clustered(**PATIENT) as cluster:
        yield cluster


@pytest.fixture
async def caller(client_of: MakeClient) -> httpx.AsyncClient:
    return await client_of(*SCOPES)


@asynccontextmanager
async def one_after_the_other(store: Store, *delays_s: int) -> AsyncIterator[None]:
    """Have the servers begin their snapshots so long after they are asked."""
    delays = iter(delays_s)
    await store.on_each_server(lambda server: server.config_set("repl-diskless-sync-delay", next(delays)))
    try:
        yield
    finally:
        await store.on_each_server(lambda server: server.config_set("repl-diskless-sync-delay", 0))


def save_cluster(url: str, path: Path) -> Manifest:
    with snapshots(url, path.parent, iter) as saved:
        return write(path, list(saved), ABOUT)


def files_in(path: Path) -> list[str]:
    return [file.name for file in path.iterdir()]


async def test_a_cluster_is_put_back_as_it_was_into_one_server_and_into_a_cluster(
    context: Context, caller: httpx.AsyncClient, valkey: Cluster, tmp_path: Path
) -> None:
    await live_a_day(context, caller)
    store = context.store
    before = await records(store)
    manifest = await asyncio.to_thread(save_cluster, valkey.url, tmp_path / "b")
    assert len(manifest.lengths) == 3
    assert sum(manifest.lengths) == manifest.bytes
    assert files_in(tmp_path) == ["b"]
    with new_server() as server:
        restored = await put_back(tmp_path / "b", server.url, SEND)
        assert (restored.keys, restored.report.wrong) == (len(before), 0)
        target = Store(server.url)
        assert await records(target) == before
        await target.close()
    restored = await put_back(tmp_path / "b", valkey.url, Wanted("send", replace=True))
    assert (restored.keys, restored.report.wrong) == (len(before), 0)
    assert await records(store) == before


async def test_one_servers_backup_is_put_back_into_a_cluster(store: Store, valkey: Cluster, tmp_path: Path) -> None:
    with new_server() as server:
        single = Store(server.url)
        await single.load_functions()
        await emit(single, *[new_event("par_1", seq=n) for n in range(30)], market="west")
        await Relay(single, FakeClock(), SETTINGS_KEEP, lambda _: None).relay_once(["west"], 1)
        before = await records(single)
        save(server.url, tmp_path / "b")
        await single.close()
    restored = await put_back(tmp_path / "b", valkey.url, Wanted("send", replace=True))
    assert restored.report.wrong == 0
    after = await records(store)
    assert after == before


async def test_a_damaged_part_is_refused(store: Store, valkey: Cluster, tmp_path: Path) -> None:
    await emit(store, new_event("par_1"))
    path = tmp_path / "b"
    await asyncio.to_thread(save_cluster, valkey.url, path)
    whole = path.read_bytes()
    at = whole.index(b"REDIS", whole.index(b"store-3.rdb")) + 20
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(Exception, match="damaged"):
        verified(path, tmp_path)


class Busy:
    """Two markets whose trips move to each other, events that are relayed, and what was acknowledged of it."""

    def __init__(self, context: Context, caller: httpx.AsyncClient) -> None:
        self.context, self.caller = context, caller
        self.posted: list[str] = []
        self.rounds = 0
        self._over = asyncio.Event()

    async def _trips(self) -> None:
        while not self._over.is_set():
            rider = await post(self.caller, "request", request_body(**ACROSS, commuter_id=f"r{self.rounds}"))
            driver = await post(self.caller, "offer", offer_body(commuter_id=f"d{self.rounds}"))
            self.posted += [rider["id"], driver["id"]]
            await run_batch(self.context, market="east")
            await run_batch(self.context, market="west")
            await moves.finish_left(self.context, "east")
            for match in (await self.caller.get("/v1/matches?status=proposed")).json()["items"]:
                for trip_id in match["awaiting"]:
                    await answer(self.caller, match, "accept", {"id": trip_id})
            self.rounds += 1

    async def _relay(self) -> None:
        relay = Relay(self.context.store, self.context.clock, SETTINGS_KEEP, lambda _: None)
        while not self._over.is_set():
            await relay.relay_once(ALL, 20)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        working = [asyncio.create_task(self._trips()), asyncio.create_task(self._relay())]
        try:
            yield
        finally:
            self._over.set()
            await asyncio.gather(*working)


@pytest.mark.parametrize("delays_s", [(0, 1, 2), (2, 1, 0)])
async def test_a_cluster_at_work_is_saved_such_that_nothing_is_lost_or_double(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient, valkey: Cluster, delays_s: tuple[int, ...],
    tmp_path: Path,
) -> None:  # fmt: skip
    await west_and_east(context, clock)
    busy = Busy(context, caller)

    async def rounds(least: int) -> bool:
        return busy.rounds >= least

    async with busy.at_work():
        await eventually(lambda: rounds(2), 60)
        acknowledged = list(busy.posted)
        logged = await whole_log(context.store, caller.partner_id)  # type: ignore[attr-defined]
        begun = busy.rounds
        async with one_after_the_other(context.store, *delays_s):
            await asyncio.to_thread(save_cluster, valkey.url, tmp_path / "b")
        assert busy.rounds > begun  # trips were posted, moved and answered meanwhile
        moved = busy.rounds
        await eventually(lambda: rounds(moved + 2), 60)
    with new_server() as server:
        await _is_sound(await put_back(tmp_path / "b", server.url, APART), server.url, acknowledged, logged, context)
    await put_back(tmp_path / "b", valkey.url, Wanted("send", replace=True, mend=True))
    await _holds(context, acknowledged, logged)


async def _is_sound(
    restored: Restored, url: str, acknowledged: list[str], logged: list[Event], context: Context
) -> None:
    assert restored.report.wrong == 0
    target = Store(url)
    await _holds(Context(target, context.clock, context.settings, context.cipher), acknowledged, logged)
    await target.close()


async def _holds(context: Context, acknowledged: list[str], logged: list[Event]) -> None:
    """See that each trip is in one market, and that the log has each event once, as far as its subject has come."""
    store = context.store
    for market in ALL:
        await moves.finish_left(context, market)
        assert await violations(store, market) == []
    assert await violations_between(store, ALL, await _all_trips(store, acknowledged)) == []
    await relayed(context, *ALL)
    (partner,) = {name.split("}")[0] + "}" for name in await _names(store, "{p:*}:events")}
    log = await whole_log(store, keys.owner_of(partner))
    assert [event.id for event in log[: len(logged)]] == [event.id for event in logged]
    seqs: dict[str, list[int]] = defaultdict(list)
    for event in log:
        seqs[event.subject].append(event.seq)
    for name in await _names(store, "{m:*}:match:*"):
        kept = await store.redis.hget(name, "doc")
        seq = int(kept.partition('"seq":')[2].partition(",")[0])
        assert seqs.pop(name.rpartition(":")[2]) == list(range(1, seq + 1)), name
    assert seqs == {}


async def _all_trips(store: Store, acknowledged: list[str]) -> list[str]:
    there = {name.rpartition(":")[2] for name in await _names(store, "{m:*}:trip:*")}
    return sorted(there.union(acknowledged))


async def _names(store: Store, pattern: str) -> list[str]:
    return [name async for name in store.redis.scan_iter(pattern, count=1000)]


async def test_while_a_market_is_held_no_trip_leaves_it_and_a_move_is_finished_later(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await west_and_east(context, clock)
    first = await post(caller, "request", request_body(**ACROSS))
    second = await post(caller, "request", request_body(**ACROSS, commuter_id="al"))
    store = context.store
    trips = [trip for trip in await _read(context, "east", first, second) if trip is not None]
    assert await store_moves.mark(store, [("east", trips[0])], "west") == [True]
    async with held(store, ["east"]):
        assert await store_moves.mark(store, [("east", trips[1])], "west") == [False]
        await moves.finish_left(context, "east")
        assert await store_moves.moving_ids(store, "east") == [first["id"]]
    await moves.finish_left(context, "east")
    assert await store_moves.moving_ids(store, "east") == []
    assert await violations_between(store, ALL, [first["id"], second["id"]]) == []


async def _read(context: Context, market: str, *posted: dict[str, Any]) -> list[Any]:
    from service.store import trips

    return await trips.get_trips(context.store, market, [trip["id"] for trip in posted])


async def test_while_a_market_is_held_its_outbox_keeps_what_is_relayed_and_gives_nothing(
    context: Context, clock: FakeClock
) -> None:
    store = context.store
    await emit(store, *[new_event("par_1", seq=n) for n in range(3)])
    entries = await events.read_outboxes(store, ["main"], 10, 1)
    async with held(store, ["main"]):
        await events.relay(store, events.parcels_of(entries, 10), clock.now(), clock.now() - SETTINGS_KEEP)
        await events.forget_relayed(store, entries)
        assert await store.redis.xlen(keys.OUTBOX("{m:main}")) == 3
        assert await events.read_outboxes(store, ["main"], 10, 1) == []
    assert await Relay(store, clock, SETTINGS_KEEP, lambda _: None).relay_once(["main"], 1) == 0
    assert await store.redis.xlen(keys.OUTBOX("{m:main}")) == 0
    assert [event.seq for event in await whole_log(store, "par_1")] == [0, 1, 2]


async def test_two_backups_do_not_begin_at_once(store: Store, valkey: Cluster, tmp_path: Path) -> None:
    await store.redis.sadd(keys.MARKETS, "main")
    async with held(store, ["main"]):
        with pytest.raises(StoreUnavailable, match="another backup"):
            await asyncio.to_thread(save_cluster, valkey.url, tmp_path / "b")
        assert await store.redis.exists(keys.HELD("{m:main}"))
    assert not await store.redis.exists(keys.HELD("{m:main}"))
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    "what", ["hold lost", "market made", "sandbox made", "slot on its way", "slot there and back", "slot begun"]
)
async def test_what_changes_between_the_moments_is_told_and_leaves_no_file(
    context: Context, valkey: Cluster, tmp_path: Path, what: str
) -> None:
    store, name = context.store, keys.HELD("{m:main}")
    source = valkey.primary_of("{m:west}")
    other = next(server for server in valkey.primaries if server is not source)
    async with one_after_the_other(store, 0, 1, 2):
        saving = asyncio.create_task(asyncio.to_thread(save_cluster, valkey.url, tmp_path / "b"))
        await eventually(lambda: store.redis.exists(name))
        with valkey.node(source) as old, valkey.node(other) as new:
            slot = old.execute_command("CLUSTER KEYSLOT", "{m:west}")
            match what:
                case "hold lost":
                    await store.write(name, "DEL", name)
                case "market made":
                    await create_market(context, "north", MarketChange(area=WEST))
                case "sandbox made":
                    await store.redis.sadd(keys.MARKETS, "sandbox-par_1")
                case "slot on its way":
                    to = new.execute_command("CLUSTER MYID")
                    old.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", to)
                case "slot there and back":
                    for one, two in ((old, new), (new, old)):
                        await eventually(lambda one=one, two=two: moved(one, two, slot))
                case "slot begun":
                    begin_to_move(old, new, slot)
                    with suppress(ResponseError):  # it has arrived already
                        old.execute_command("CLUSTER CANCELSLOTMIGRATIONS")
                    await eventually(lambda: asyncio.to_thread(at_rest, old, new))
            with pytest.raises(StoreUnavailable, match="try again"):
                await saving
            old.execute_command("CLUSTER", "SETSLOT", slot, "STABLE")
    assert files_in(tmp_path) == []
    assert not await store.redis.exists(name)


async def test_no_backup_begins_while_a_slot_is_moved_whole_and_one_does_when_that_is_over(
    store: Store, valkey: Cluster, tmp_path: Path
) -> None:
    await store.redis.sadd(keys.MARKETS, "main")
    await store.write("{m:west}", "SET", keys.TICK("{m:west}"), "1")
    source = valkey.primary_of("{m:west}")
    target = next(server for server in valkey.primaries if server is not source)
    with valkey.node(source) as old, valkey.node(target) as new:
        # A second for each key: as long as this takes, nothing but the two servers' own counters tells of it.
        old.config_set("rdb-key-save-delay", "1000000")
        try:
            begin_to_move(old, new, old.execute_command("CLUSTER KEYSLOT", "{m:west}"))
            until(lambda: not at_rest(old, new), "the slot is on its way")
            with pytest.raises(StoreUnavailable, match="slots are on their way"):
                await asyncio.to_thread(save_cluster, valkey.url, tmp_path / "b")
        finally:
            old.config_set("rdb-key-save-delay", "0")
            with suppress(ResponseError):
                old.execute_command("CLUSTER CANCELSLOTMIGRATIONS")
        await eventually(lambda: asyncio.to_thread(at_rest, old, new))
    assert files_in(tmp_path) == []
    await asyncio.to_thread(save_cluster, valkey.url, tmp_path / "b")


def begin_to_move(old: Redis, new: Redis, slot: int) -> None:
    """Have a server begin to give a slot with all its keys to another."""
    to = new.execute_command("CLUSTER MYID")
    old.execute_command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", to)


def at_rest(*nodes: Redis) -> bool:
    """Say whether nothing is on its way to or from these servers."""
    return not any(node.info("memory")[f"mem_cluster_slot_{way}"] for node in nodes for way in ("export", "import"))


async def moved(old: Redis, new: Redis, slot: int) -> bool:
    """Have a slot moved unless it is there, and say whether it is."""

    def move() -> bool:
        to = new.execute_command("CLUSTER MYID")
        ranges = new.execute_command("CLUSTER SLOTS")
        if any(first <= slot <= last and owner[2] == to for first, last, owner, *_ in ranges):
            return True
        with suppress(ResponseError):  # it has been begun
            begin_to_move(old, new, slot)
        return False

    return await asyncio.to_thread(move)


async def test_the_rights_of_the_backups_user_are_enough_and_not_more(
    store: Store, valkey: Cluster, tmp_path: Path
) -> None:
    await emit(store, new_event("par_1"))
    name, *rule = backup_rules("saver", "pw").removeprefix("user ").split(" ", maxsplit=1)
    rights, _, holding = rule[0].partition(" (")
    words = ("ACL", "SETUSER", name, *rights.split(), f"({holding}")
    url = valkey.url.replace("://", "://saver:pw@")
    await store.on_each_server(lambda server: server.execute_command(*words))
    await store.on_each_server(lambda server: server.acl_log_reset())
    try:
        await asyncio.to_thread(save_cluster, url, tmp_path / "b")
        assert await store.on_each_server(lambda server: server.acl_log()) == [[], [], []]
        saver = Store(url)
        with pytest.raises(NoPermissionError):
            await saver.write("{m:main}", "SET", "{m:main}:tick", "1")
        await saver.close()
    finally:
        await store.on_each_server(lambda server: server.execute_command("ACL", "DELUSER", name))
