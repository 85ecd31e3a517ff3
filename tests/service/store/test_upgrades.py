"""Old and new versions on one store: the schema is checked and changed once, libraries stand side by side."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from service.errors import StaleLease, StoreNewer, StoreOlder, StoreUnsafe
from service.model.partners import SCOPES
from service.model.trips import OfferDraft, RequestDraft
from service.settings import Settings
from service.store import functions, keys, migrations, series, trips, upgrades
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.store.leases import take_whole_store
from service.store.listing import PageOf
from service.store.upgrades import retire_libraries, settle_schema
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.invariants import violations
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.days import live_a_day
from tests.service.snapshots import snapshot
from tests.unpacking import unpack

pytestmark = pytest.mark.anyio
SCHEMA = keys.SCHEMA(keys.STORE_TAG)
DATA = Path(__file__).parents[2] / "data"
# Data that earlier versions left: a confirmed car of two and two open requests; three series, one of them cancelled.
OLD, SCHEMA_6 = DATA / "schema-1.tar.gz", DATA / "schema-6.tar.gz"
PARTNER = "par_01m8h0wyc0e2zvvdr7t8zxph5v"
PARTNER_6 = "par_01m8kb08cded29yvw1ge8w6r00"
OTHER_LIBRARY = "#!lua name=carpool_{0}\nredis.register_function('cp_{0}_f', function(keys, args) return {{'ok'}} end)"


@pytest.fixture
async def old() -> AsyncIterator[Store]:
    """A store as the first version left it."""
    async with store_of(OLD) as store:
        yield store


@asynccontextmanager
async def store_of(archive: Path) -> AsyncIterator[Store]:
    """Serve what an earlier version left."""
    with tempfile.TemporaryDirectory(prefix="cpt-") as directory:
        unpack(archive, directory)
        with EmbeddedStore(Path(directory)) as server:
            store = Store(server.url)
            yield store
            await store.close()


async def libraries(store: Store) -> set[str]:
    return {library[1] for library in await store.redis.function_list("*")}


def own_library() -> str:
    return f"carpool_{functions.library()[0]}"


async def test_every_version_has_a_step_from_the_one_before() -> None:
    assert len(migrations.STEPS) == keys.SCHEMA_VERSION - 1


async def test_a_new_store_has_this_version_s_schema(store: Store, clock: FakeClock) -> None:
    await store.redis.flushall()
    await settle_schema(store, clock, migrate=False)
    assert await store.redis.get(SCHEMA) == str(keys.SCHEMA_VERSION)


async def test_a_store_of_the_version_before_is_brought_up_to_date(old: Store, clock: FakeClock) -> None:
    before = await snapshot(old)
    await settle_schema(old, clock, migrate=True)
    after = await snapshot(old)
    assert after[SCHEMA] == str(keys.SCHEMA_VERSION)
    added = {key for key in after if key not in before and ":external:" in key}
    assert len(added) == 3
    assert {key: value for key, value in after.items() if key in before and ":trip:" not in key} == {
        key: value for key, value in before.items() if ":trip:" not in key
    }
    page = PageOf(limit=10)
    (offer,) = (await trips.list_trips(old, ["main"], PARTNER, "offer", page, external_id="shift 7: dora")).items
    assert isinstance(offer.draft, OfferDraft)
    (request,) = (await trips.list_trips(old, ["main"], PARTNER, "request", page, external_id="shift 7: rob")).items
    assert isinstance(request.draft, RequestDraft)
    assert request.match_id == offer.match_id is not None
    report = await check_up(Context(old, clock, Settings()))
    assert report.wrong == 0
    assert await violations(old) == []


async def test_a_command_does_not_change_a_store_of_another_version(old: Store, clock: FakeClock) -> None:
    before = await snapshot(old)
    with pytest.raises(
        StoreOlder, match=f"schema 1, this version of Carpool needs {keys.SCHEMA_VERSION}: start the service"
    ):
        await settle_schema(old, clock, migrate=False)
    assert await snapshot(old) == before


@pytest.mark.one_server
async def test_a_newer_store_is_refused_and_not_touched(store: Store, clock: FakeClock) -> None:
    await store.redis.function_flush()
    for noted in ("99", "2>99"):
        await store.redis.set(SCHEMA, noted)
        with pytest.raises(StoreNewer, match=f"schema 99, this version of Carpool knows {keys.SCHEMA_VERSION} at most"):
            await store.prepare(accept_data_loss=False)
        with pytest.raises(StoreNewer):
            await settle_schema(store, clock, migrate=True)
    assert await libraries(store) == set()
    await store.redis.set(SCHEMA, "two")
    with pytest.raises(StoreUnsafe, match="holds 'two', no version"):
        await settle_schema(store, clock, migrate=True)


async def test_two_that_start_at_once_migrate_once_and_both_wait_for_it(
    old: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, times = asyncio.Event(), asyncio.Event(), 0

    async def step(store: Store, renew: migrations.Renew) -> None:
        nonlocal times
        times += 1
        begun.set()
        await go_on.wait()
        await migrations.note_external_ids(store, renew)

    monkeypatch.setattr(upgrades, "STEPS", (step, *migrations.STEPS[1:]))
    both = [asyncio.create_task(settle_schema(old, clock, migrate=True)) for _ in range(2)]
    await begun.wait()
    assert await old.redis.get(SCHEMA) == "1>2"
    done, _ = await asyncio.wait(both, timeout=0.5)
    assert not done
    go_on.set()
    await asyncio.gather(*both)
    assert times == 1


async def test_who_takes_over_from_one_that_died_finishes_and_the_dead_one_s_writes_are_refused(
    old: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalled, resume = asyncio.Event(), asyncio.Event()

    async def stall(store: Store, renew: migrations.Renew) -> None:
        stalled.set()
        await resume.wait()
        await renew()

    monkeypatch.setattr(upgrades, "STEPS", (stall, *migrations.STEPS[1:]))
    first = asyncio.create_task(settle_schema(old, clock, migrate=True))
    await stalled.wait()
    monkeypatch.undo()
    clock.move(seconds=31)
    await settle_schema(old, clock, migrate=True)
    lists = await snapshot(old)
    resume.set()
    await first  # it sees that another has done it
    assert await old.redis.get(SCHEMA) == str(keys.SCHEMA_VERSION)
    assert await snapshot(old) == lists


async def test_the_version_is_noted_under_the_newest_lease_alone(store: Store, clock: FakeClock) -> None:
    old = await take_whole_store(store, "schema", "one", clock.now(), 30)
    clock.move(seconds=31)
    new = await take_whole_store(store, "schema", "two", clock.now(), 30)
    assert old is not None
    assert new is not None
    for lease, answer in ((old, ["stale"]), (new, ["ok"])):
        argument = {"lease": lease.name, "token": lease.token, "schema": "2"}
        assert await store.call("put_schema", keys.STORE_TAG, argument) == answer
        assert await store.redis.exists(SCHEMA) == (lease is new)


async def test_a_process_of_the_old_version_is_shut_out_while_the_store_is_changed(
    old: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its functions are gone, and where it would load them it finds that it may not."""
    (of_old,) = await libraries(old)
    seen: set[str] = set()

    async def step(store: Store, renew: migrations.Renew) -> None:
        seen.update(await libraries(store))
        await migrations.note_external_ids(store, renew)

    monkeypatch.setattr(upgrades, "STEPS", (step, *migrations.STEPS[1:]))
    await settle_schema(old, clock, migrate=True)
    assert of_old != own_library()
    assert seen == {own_library()}
    monkeypatch.setattr(keys, "SCHEMA_VERSION", 1)
    monkeypatch.setattr(functions, "function_name", lambda name: f"cp_0123456789_{name}")
    with pytest.raises(StoreNewer):
        await old.call("drop_lease", keys.market_tag("main"), {"name": "x", "owner": "y"})


@pytest.mark.one_server
async def test_libraries_of_other_versions_stay_until_newer_ones_have_started(store: Store, clock: FakeClock) -> None:
    await retire_libraries(store, clock)
    for version in ("aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"):
        clock.move(hours=1)
        await store.redis.function_load(OTHER_LIBRARY.format(version))
        await store.redis.zadd(keys.LIBRARIES(keys.STORE_TAG), {version: clock.now().timestamp() * 1000})
    await store.redis.function_load("#!lua name=another\nredis.register_function('f', function() return 1 end)")
    clock.move(hours=1)
    await retire_libraries(store, clock)
    assert await libraries(store) == {own_library(), "carpool_bbbbbbbbbb", "carpool_cccccccccc", "another"}


async def test_what_had_ended_before_the_index_of_it_is_found_by_it(
    context: Context, clock: FakeClock, client_of: MakeClient
) -> None:
    caller = await client_of(*SCOPES)
    await live_a_day(context, caller)
    index = keys.ENDED(keys.market_tag("main"))
    ended = {id_ for id_, _ in await context.store.redis.zrange(index, 0, -1, withscores=True)}
    assert {id_[:3] for id_ in ended} == {"req", "mat"}
    await context.store.redis.delete(index)
    await context.store.redis.set(SCHEMA, "2")
    await settle_schema(context.store, clock, migrate=True)
    found = dict(await context.store.redis.zrange(index, 0, -1, withscores=True))
    assert found.keys() == ended
    assert min(found.values()) > clock.now().timestamp() * 1000  # all were to be on the road later this day
    assert (await check_up(context)).wrong == 0


async def test_series_of_the_version_before_are_found_by_their_commuters(clock: FakeClock) -> None:
    async with store_of(SCHEMA_6) as store:
        before = await snapshot(store)
        (damaged,) = [key for key in before if is_cancelled(key, before[key])]
        await store.redis.hset(damaged, "doc", "{")
        await settle_schema(store, clock, migrate=True)
        after = await snapshot(store)
        for who, kind in (("dora", "offer"), ("rob", "request")):
            page = await series.list_series(store, ["main"], PARTNER_6, PageOf(limit=10), status=None, commuter=who)
            assert [(found.commuter_id, found.kind) for found in page.items] == [(who, kind)]
        added = {key.rpartition(":")[2] for key in after.keys() - before.keys() if ":series-of:" in key}
        assert added == {"dora", "rob"}
        assert "commuter" not in after[damaged]
        report = await check_up(Context(store, clock, Settings()))
        assert {check.name: check.wrong for check in report.checks if check.wrong} == {"series records": 1}


def is_cancelled(key: str, held: Any) -> bool:
    parsed = keys.parse(key)
    return parsed is not None and parsed.kind is keys.SERIES and held["status"] == "cancelled"


@pytest.mark.parametrize("archive", [OLD, SCHEMA_6], ids=["1", "6"])
async def test_a_step_can_be_begun_again(archive: Path) -> None:
    async def fail() -> None:
        raise StaleLease("gone")

    async def go_on() -> None:
        pass

    async with store_of(archive) as old:
        for step in (migrations.note_external_ids, migrations.note_ended, migrations.note_series_commuters):
            with pytest.raises(StaleLease):
                await step(old, fail)
            await step(old, go_on)
            once = await snapshot(old)
            await step(old, go_on)
            assert await snapshot(old) == once


async def test_a_damaged_trip_does_not_stop_the_step(old: Store, clock: FakeClock) -> None:
    damaged: list[Any] = [key async for key in old.redis.scan_iter("{m:main}:trip:*")]
    await old.redis.hset(damaged[0], "body", "[]")
    await old.redis.delete(damaged[1])
    await old.redis.set(damaged[1], "no hash")
    await settle_schema(old, clock, migrate=True)
    assert await old.redis.hget(damaged[0], "external") == ""
