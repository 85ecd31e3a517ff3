"""The records of one store copied into another by plain commands, whatever the versions of the two servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from service.store import keys
from service.store.client import Store
from service.store.reading import all_keys, members
from service.store.servers import Command

_WINDOW = 500
_ALONE = {keys.PARTNERS, keys.MARKETS, keys.LISTENERS, keys.MARKET_LIST(keys.STORE_TAG)}


def is_record(key: str) -> bool:
    """Tell whether a key is one of the service's records."""
    return key in _ALONE or keys.parse(key) is not None


async def has_records(store: Store) -> bool:
    """Tell whether a store holds anything of the service."""
    async for found in all_keys(store):
        if any(map(is_record, found)):
            return True
    return False


async def wipe(store: Store) -> None:
    """Remove all records; what else is in the store stays."""
    async for found in all_keys(store):
        ours = list(filter(is_record, found))
        await store.write_each([Command(name, ("UNLINK", name)) for name in ours])


async def copy_records(source: Store, target: Store, tell: Callable[[int], None]) -> int:
    """Copy all records, with the time at which each ends; returns how many keys. Nobody else writes to either.

    `tell` is called with the number of keys copied so far.
    """
    copied = 0
    appended: set[str] = set()
    async for found in all_keys(source):
        ours = [key for key in dict.fromkeys(filter(is_record, found)) if not _is_sign_of_life(key)]
        if ours:
            await _copy(source, target, ours, appended)
            copied += len(ours)
            tell(copied)
    return copied


def _is_sign_of_life(key: str) -> bool:
    parsed = keys.parse(key)  # of a matcher that looks after another store, or of the backup itself
    return parsed is not None and parsed.kind in (keys.TICK, keys.HELD)


async def _copy(source: Store, target: Store, found: Sequence[str], appended: set[str]) -> None:
    """Copy some keys; those whose parts are appended only once, for a key may be found twice."""
    kinds = await source.pipeline(lambda pipe: [pipe.type(name) for name in found])
    pairs = [pair for pair in zip(found, kinds, strict=True) if pair[0] not in appended]
    appended.update(name for name, type_ in pairs if type_ in _APPENDED)
    names, types = [name for name, _ in pairs], [type_ for _, type_ in pairs]
    ends_ms = await source.pipeline(lambda pipe: [pipe.pexpiretime(name) for name in names])
    typed = list(zip(names, types, strict=True))
    lengths = await source.pipeline(lambda pipe: [getattr(pipe, _TYPES[type_].length)(name) for name, type_ in typed])
    short = [pair for pair, length in zip(typed, lengths, strict=True) if length <= _WINDOW or pair[1] == "string"]
    if short:
        whole = await source.pipeline(lambda pipe: [_TYPES[type_].read(pipe, name) for name, type_ in short])
        await target.pipeline(lambda pipe: [
            _TYPES[type_].write(pipe, name, held) for (name, type_), held in zip(short, whole, strict=True) if held
        ])  # fmt: skip
    for name, type_ in (pair for pair in typed if pair not in short):
        async for held in _parts(source, name, type_):
            await target.pipeline(lambda pipe, name=name, type_=type_, held=held: _TYPES[type_].write(pipe, name, held))  # type: ignore[misc]
    for name, type_ in typed:
        if type_ == "stream":
            await _number(source, target, name)
    ending = [(name, end_ms) for name, end_ms in zip(names, ends_ms, strict=True) if end_ms > 0]
    if ending:
        await target.pipeline(lambda pipe: [pipe.pexpireat(name, end_ms) for name, end_ms in ending])


async def _parts(source: Store, name: str, type_: str) -> AsyncIterator[Any]:
    """Yield what a long key holds, some at a time, as `write` takes it."""
    if type_ == "list":
        for start in range(0, await source.read(lambda redis: redis.llen(name)), _WINDOW):
            yield await source.read(lambda redis, at=start: redis.lrange(name, at, at + _WINDOW - 1))  # type: ignore[misc]
    elif type_ == "stream":
        last = ""
        while rows := await source.read(
            lambda redis, after=last: redis.xrange(name, f"({after}" if after else "-", count=_WINDOW)  # type: ignore[misc]
        ):
            yield rows
            last = rows[-1][0]
    else:
        async for held in members(source, name, type_):
            yield dict(held) if type_ == "hash" else held


async def _number(source: Store, target: Store, name: str) -> None:
    """Let a stream go on where it was: its next entry is newer than all that it ever had, also where none is left."""
    info = await source.read(lambda redis: redis.xinfo_stream(name))
    last = info["last-generated-id"]
    if last == "0-0":
        return

    def fill(pipe: Any) -> None:
        if not info["length"]:
            pipe.xadd(name, {"-": ""}, id=last)
            pipe.xdel(name, last)
        pipe.execute_command(
            "XSETID", name, last, "ENTRIESADDED", info["entries-added"], "MAXDELETEDID", info["max-deleted-entry-id"]
        )

    await target.pipeline(fill)


_APPENDED = ("list", "stream")


@dataclass(frozen=True, slots=True)
class _Type:
    """How a type is measured, read whole, and written."""

    length: str
    read: Callable[[Any, str], Any]
    write: Callable[[Any, str, Any], Any]


_TYPES = {
    "string": _Type("strlen", lambda pipe, key: pipe.get(key), lambda pipe, key, held: pipe.set(key, held)),
    "hash": _Type("hlen", lambda pipe, key: pipe.hgetall(key), lambda pipe, key, held: pipe.hset(key, mapping=held)),
    "set": _Type("scard", lambda pipe, key: pipe.smembers(key), lambda pipe, key, held: pipe.sadd(key, *held)),
    "zset": _Type(
        "zcard", lambda pipe, key: pipe.zrange(key, 0, -1, withscores=True),
        lambda pipe, key, held: pipe.zadd(key, dict(held)),
    ),
    "list": _Type("llen", lambda pipe, key: pipe.lrange(key, 0, -1), lambda pipe, key, held: pipe.rpush(key, *held)),
    "stream": _Type(
        "xlen", lambda pipe, key: pipe.xrange(key),
        lambda pipe, key, held: [pipe.xadd(key, fields, id=entry) for entry, fields in held],
    ),
}  # fmt: skip
