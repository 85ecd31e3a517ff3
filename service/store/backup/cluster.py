"""The snapshots of all servers of a cluster, begun together while its markets are held (`holding`).

The servers are saved at moments that are not quite the same, so what they agree on must not change in between: which
server has which slots, the lists of markets, the form of the records. Where one of these did, there is no backup.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.errors import StoreUnavailable, StoreUnsafe
from service.store import trips
from service.store.backup.holding import held
from service.store.backup.stream import Snapshot, snapshot_of
from service.store.client import Store
from service.store.markets import read_markets
from service.store.servers import Client
from service.store_urls import parse

_SLOTS = 16_384
_CHUNK = 1 << 20
# Of INFO. The map of slots does not tell of those that Valkey 9 moves whole until they have arrived, though their keys
# are in the snapshots of both servers. Of those that are moved key by key it tells, unless they were taken back.
_MOVING = ("mem_cluster_slot_export", "mem_cluster_slot_import")
_MOVED = ("total_net_cluster_slot_export_bytes", "total_net_cluster_slot_import_bytes")
_MOVED_BY = ("cmdstat_migrate", "cmdstat_restore-asking", "cmdstat_cluster|setslot", "cmdstat_cluster|migrateslots")
Counted = Callable[[Iterable[bytes]], Iterable[bytes]]


@contextmanager
def snapshots(url: str, directory: Path, counted: Counted) -> Iterator[list[Iterator[bytes]]]:
    """Yield a snapshot of each primary, as bytes of RDB files. Raises StoreUnavailable, StoreUnsafe, OSError.

    All are taken at once, into a `directory` with room for them, because a server that is not read from gives up.
    `counted`: is handed the bytes as they come.
    """
    with TemporaryDirectory(prefix=".carpool-backup-", dir=directory) as own:
        begun = asyncio.run(_begin(url))
        files = [Path(own) / str(number) for number in range(len(begun))]
        try:
            with ThreadPoolExecutor(len(begun)) as pool:
                list(pool.map(_keep, map(counted, begun), files))
        finally:
            for snapshot in begun:
                snapshot.close()
        yield [_chunks(file) for file in files]


async def _begin(url: str) -> list[Snapshot]:
    """Return a snapshot of each primary, the moment of each being past."""
    where = parse(url)
    store = Store(url)
    begun: list[Snapshot] = []
    try:
        before = await _agreed(store)
        async with held(store, before.markets):
            begun = [snapshot_of(host, port, where) for host, port in before.servers]
            firsts = await _first_of_each(begun)
        if await _agreed(store) != before:
            raise StoreUnavailable(
                "while the servers were saved, slots or a primary moved, or markets were made or changed: try again"
            )
    except BaseException:
        for snapshot in begun:
            snapshot.close()
        raise
    finally:
        await store.close()
    return [_from_first(*pair) for pair in zip(firsts, begun, strict=True)]


async def _first_of_each(begun: Sequence[Snapshot]) -> list[bytes]:
    # All are waited for, also where one fails: none is left to run behind the back of who closes them.
    firsts = await asyncio.gather(*(asyncio.to_thread(next, one) for one in begun), return_exceptions=True)
    for first in firsts:
        if isinstance(first, BaseException):
            raise first
    return [first for first in firsts if isinstance(first, bytes)]


def _from_first(first: bytes, rest: Snapshot) -> Generator[bytes, None, None]:
    try:
        yield first
        yield from rest
    finally:
        rest.close()


def _keep(chunks: Iterable[bytes], file: Path) -> None:
    with file.open("wb") as kept:
        for chunk in chunks:
            kept.write(chunk)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as kept:
        while chunk := kept.read(_CHUNK):
            yield chunk


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What all servers agree on. `slots`: (the server's id, first, last), in order; `moved`: see `_moved`."""

    servers: tuple[tuple[str, int], ...]
    slots: tuple[tuple[str, int, int], ...]
    moved: tuple[tuple[int, ...], ...]
    markets: tuple[str, ...]
    markets_version: str
    schema: tuple[int, int] | None


async def _agreed(store: Store) -> _Agreed:
    servers: list[tuple[str, int]] = []
    slots: list[tuple[str, int, int]] = []
    moved: list[tuple[int, ...]] = []
    for address, own, info in await store.on_each_server(_own_view):
        if own["migrations"] or any(info.get(name, 0) for name in _MOVING):
            raise StoreUnavailable("slots are on their way from server to server: try again when they have arrived")
        servers.append(address)
        moved.append((int(own["epoch"]), *_moved(info)))
        slots += [(own["node_id"], int(ends[0]), int(ends[-1])) for ends in own["slots"]]
    if sum(last - first + 1 for _, first, last in slots) != _SLOTS:
        raise StoreUnavailable("the cluster is not whole: some slots have no server, or a server is being replaced")
    version, _ = await read_markets(store)
    markets = sorted(await trips.markets(store))
    of_servers = tuple(counted for _, counted in sorted(zip(servers, moved, strict=True)))
    return _Agreed(
        tuple(sorted(servers)), tuple(sorted(slots)), of_servers, tuple(markets), version, await store.schema()
    )  # fmt: skip


def _moved(info: dict[str, Any]) -> list[int]:
    """Return what a server has counted of keys that came or went with their slots, also of those that came back."""
    return [info.get(name, 0) for name in _MOVED] + [info.get(name, {}).get("calls", 0) for name in _MOVED_BY]


async def _own_view(server: Client) -> tuple[tuple[str, int], dict[str, Any], dict[str, Any]]:
    """Return a server's address, what it knows of itself, and what it counts."""
    options = server.connection_pool.connection_kwargs
    nodes: dict[str, Any] = await server.execute_command("CLUSTER NODES")
    (own,) = (node for node in nodes.values() if "myself" in node["flags"].split(","))
    if "master" not in own["flags"].split(","):
        raise StoreUnsafe("a server is no primary any more: try again when the cluster has settled")
    return (options["host"], options["port"]), own, await server.info("all")
