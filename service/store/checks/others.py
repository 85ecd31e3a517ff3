"""Batches, partners, API keys and endpoints: their records, and the lists that they stand in."""

from __future__ import annotations

from collections.abc import Sequence

from service.store import keys
from service.store.batches import batch_of
from service.store.checks.reading import Pass, judge, read_records
from service.store.endpoints import endpoint_of
from service.store.fields import flat
from service.store.partners import KEY_FIELDS, key_of, partner_of


async def check_batches(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """Judge batches."""
    sound = await read_records(
        on, "batch records", ids, lambda pipe, id_: pipe.hget(keys.BATCH(tag, id_), "doc"), lambda _, doc: batch_of(doc)
    )
    on.report.read("batches", len(sound))
    await judge(on, "check_batch", tag, [{"id": id_} for id_ in sound])


async def check_partner(on: Pass, tag: str, id_: str) -> None:
    """Judge a partner: its record, and whether it is among all partners."""
    if await read_records(
        on, "partner records", [id_], lambda pipe, _: pipe.hgetall(keys.PARTNER(tag)), lambda _, row: partner_of(row)
    ):
        on.report.read("known")
        if await on.store.read(lambda redis: redis.zscore(keys.PARTNERS, id_)) is None:
            if on.mend:
                await on.store.write(keys.PARTNERS, "ZADD", keys.PARTNERS, 0, id_)
            on.report.found("known", f"{id_} is not among the partners", mended=on.mend)


async def check_credentials(on: Pass, tag: str, hashes: Sequence[str]) -> None:
    """Judge API keys: their records, and whether they are found by their ids."""
    sound = await read_records(
        on, "key records", hashes, lambda pipe, hash_: pipe.hmget(keys.CREDENTIAL(tag, hash_), KEY_FIELDS),
        lambda _, row: key_of(row), label=f"a key of {keys.owner_of(tag)}",
    )  # fmt: skip
    hash_of = {key.id: hash_ for hash_, key in sound.items()}
    by_id = await on.store.pipeline(lambda pipe: [pipe.hget(keys.CREDENTIALS(tag), id_) for id_ in hash_of])
    lost = {id_: hash_of[id_] for id_, found in zip(hash_of, by_id, strict=True) if found != hash_of[id_]}
    if lost and on.mend:
        await on.store.write(tag, "HSET", keys.CREDENTIALS(tag), *flat(lost))
    for id_ in lost:
        on.report.found("key records", f"{id_} is not found by its id", mended=on.mend)


async def check_endpoints(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """Judge endpoints: their records, and whether deliverers look at their log."""
    await read_records(
        on, "endpoint records", ids, lambda pipe, id_: pipe.hgetall(keys.ENDPOINT(tag, id_)),
        lambda _, row: endpoint_of(row) if row else None,
    )  # fmt: skip
    await _in_set(on, keys.LISTENERS, keys.owner_of(tag), "is not among the logs with endpoints")


async def check_market(on: Pass, market: str) -> None:
    """See that matchers and deliverers know a market that has trips."""
    await _in_set(on, keys.MARKETS, market, "is not among the markets")


async def _in_set(on: Pass, name: str, member: str, words: str) -> None:
    on.report.read("known")
    if not await on.store.read(lambda redis: redis.sismember(name, member)):
        if on.mend:
            await on.store.write(name, "SADD", name, member)
        on.report.found("known", f"{member} {words}", mended=on.mend)
