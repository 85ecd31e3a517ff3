"""Old and new versions of the service on one store.

The function library's name carries a hash of its source, so versions run side by side as long as they agree on the
form of the records, the schema. Where that changes so that an old version would misread or miss something, its version
grows and a step of `migrations` brings the records to it: one process does so under a lease, the others wait.
Before it begins, the old versions' libraries are taken away and the way is noted. A process of an old version finds
its functions gone, and may not load them again.
"""

from __future__ import annotations

import asyncio

import structlog
from redis.exceptions import ResponseError

from service.clock import Clock, to_ms
from service.errors import StaleLease, StoreOlder
from service.store import functions, keys
from service.store.client import RESTORING, Store
from service.store.leases import Lease, new_owner, take_whole_store
from service.store.migrations import STEPS
from service.store.servers import Client, Command

_LEASE_S = 30.0
_LOOK_S = 0.2
_LIBRARIES_KEPT = 3
log = structlog.get_logger()


async def settle_schema(store: Store, clock: Clock, *, migrate: bool) -> None:
    """Return when the records have this version's form, brought there if they may be.

    Raises StoreNewer, StoreOlder (without `migrate`), StoreUnavailable.
    """
    owner = new_owner()
    current = (keys.SCHEMA_VERSION, keys.SCHEMA_VERSION)
    while True:
        kept = await store.schema()
        if kept == current:
            return
        if kept is None and await _is_new(store):
            await store.write(keys.STORE_TAG, "SET", keys.SCHEMA(keys.STORE_TAG), keys.SCHEMA_VERSION, "NX")
            continue
        if not migrate:
            raise StoreOlder(kept[0] if kept else 1, keys.SCHEMA_VERSION)
        lease = await _take(store, clock, owner)
        if lease is None:
            await asyncio.sleep(_LOOK_S)
            continue
        try:
            await _migrate(store, clock, lease)
        except StaleLease:
            continue  # another took over while this one stood still


async def begin_restore(store: Store) -> None:
    """Note that the records are not whole: until the restore has ended, nobody uses the store."""
    await store.write(keys.STORE_TAG, "SET", keys.SCHEMA(keys.STORE_TAG), RESTORING)


async def end_restore(store: Store) -> None:
    """Note that the records are whole, in the form of this version."""
    await store.write(keys.STORE_TAG, "SET", keys.SCHEMA(keys.STORE_TAG), keys.SCHEMA_VERSION)


async def retire_libraries(store: Store, clock: Clock) -> None:
    """Note that this version's library is in use, and drop those of versions that started longest ago.

    A process that still uses one of them loads it again.
    """
    key, version = keys.LIBRARIES(keys.STORE_TAG), functions.library()[0]
    await store.write_each([
        Command(key, ("ZADD", key, to_ms(clock.now()), version)),
        Command(key, ("ZREMRANGEBYRANK", key, 0, -1 - _LIBRARIES_KEPT)),
    ])  # fmt: skip
    used = await store.read(lambda redis: redis.zrange(key, 0, -1))
    await _drop_libraries(store, set(map(functions.library_name, used)))


async def _migrate(store: Store, clock: Clock, lease: Lease) -> None:
    kept = await store.schema()
    first = kept[0] if kept else 1
    for version in range(first, keys.SCHEMA_VERSION):
        log.info("migrating", schema=version, to=version + 1)
        await _note(store, lease, f"{version}>{version + 1}")
        await _drop_libraries(store, {functions.library_name(functions.library()[0])})

        async def renew() -> None:
            if await _take(store, clock, lease.owner) != lease:
                raise StaleLease("another process brings the store up to date by now")

        await STEPS[version - 1](store, renew)
        await _note(store, lease, str(version + 1))
        log.info("migrated", schema=version + 1)


async def _note(store: Store, lease: Lease, schema: str) -> None:
    argument = {"lease": lease.name, "token": lease.token, "schema": schema}
    if (await store.call("put_schema", keys.STORE_TAG, argument))[0] == "stale":
        raise StaleLease("another process brings the store up to date by now")


async def _take(store: Store, clock: Clock, owner: str) -> Lease | None:
    return await take_whole_store(store, "schema", owner, clock.now(), _LEASE_S)


async def _is_new(store: Store) -> bool:
    names = (keys.PARTNERS, keys.MARKETS, keys.LISTENERS)
    return not any(await store.pipeline(lambda pipe: [pipe.exists(name) for name in names]))


async def _drop_libraries(store: Store, but: set[str]) -> None:
    async def drop(server: Client) -> None:
        for library in await server.function_list(functions.library_name("*")):
            name = library[library.index("library_name") + 1]
            if name not in but:
                try:
                    await server.function_delete(name)
                except ResponseError as error:
                    if "not found" not in str(error):  # another process was faster
                        raise

    await store.on_each_server(drop)
