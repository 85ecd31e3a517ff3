"""Blocks in the store: under the log of who blocks, and noted under that of who is blocked.

A batch reads the first alone, both people being there; a look, by either of the two, reads both of one person. A log
is that of a person's partner, or of its sandbox where the market is one.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from service.clock import from_ms, to_ms
from service.model.blocks import MOST_BLOCKS, Block, Person
from service.model.events import log_owner
from service.store import keys
from service.store.client import Store


async def put(store: Store, market: str, own: Person, block: Block) -> bool:
    """Keep a block; False where the commuter has as many as there may be. Again, it ends what was left half done."""
    argument = _argument(market, own, block.person)
    argument |= {"named": block.named, "at_ms": str(to_ms(block.since)), "most": MOST_BLOCKS}
    if (await store.call("put_block", _tag(market, own), argument))[0] == "full":
        return False
    if not argument["here"]:
        noted = keys.BLOCKED_BY(_tag(market, block.person), block.person[1])
        await store.write(noted, "SADD", noted, _text(own))
    return True


async def drop(store: Store, market: str, own: Person, other: Person) -> None:
    """Drop a block, where it is there."""
    argument = _argument(market, own, other)
    if not argument["here"]:
        noted = keys.BLOCKED_BY(_tag(market, other), other[1])
        await store.write(noted, "SREM", noted, _text(own))
    await store.call("drop_block", _tag(market, own), argument)


async def blocks_of(store: Store, market: str, person: Person) -> list[Block]:
    """Return whom a person blocks, ordered by the ids they were named by."""
    found = await store.read(lambda redis: redis.hgetall(keys.BLOCKS(_tag(market, person), person[1])))
    return sorted((_block(other, text) for other, text in found.items()), key=lambda block: block.named)


async def parted_from(store: Store, market: str, person: Person) -> frozenset[Person]:
    """Return whom a person blocks, and who blocks them."""
    tag = _tag(market, person)

    def fill(pipe: Any) -> None:
        pipe.hkeys(keys.BLOCKS(tag, person[1]))
        pipe.smembers(keys.BLOCKED_BY(tag, person[1]))

    return frozenset(_person(text) for found in await store.pipeline(fill) for text in found)


async def blocked_by_each(store: Store, market: str, people: Collection[Person]) -> dict[Person, set[Person]]:
    """Return, for those of these people who block anybody, whom."""
    tags = {partner: _tag(market, (partner, "")) for partner, _ in people}
    if not tags:
        return {}
    blockers = await store.pipeline(lambda pipe: [pipe.smembers(keys.BLOCKERS(tag)) for tag in tags.values()])
    blocking = {(partner, one) for partner, found in zip(tags, blockers, strict=True) for one in found}
    here = sorted(blocking.intersection(people))

    def fill(pipe: Any) -> None:
        for partner, commuter_id in here:
            pipe.hkeys(keys.BLOCKS(tags[partner], commuter_id))

    rows = await store.pipeline(fill) if here else []
    return {one: set(map(_person, row)) for one, row in zip(here, rows, strict=True)}


def _argument(market: str, own: Person, other: Person) -> dict[str, Any]:
    same = _tag(market, own) == _tag(market, other)
    return {"commuter": own[1], "own": _text(own), "other": _text(other), "here": other[1] if same else ""}


def _tag(market: str, person: Person) -> str:
    return keys.partner_tag(log_owner(market, person[0]))


def _text(person: Person) -> str:
    return " ".join(person)


def _person(text: str) -> Person:
    partner_id, _, commuter_id = text.partition(" ")
    return partner_id, commuter_id


def _block(other: str, text: str) -> Block:
    at_ms, _, named = text.partition(" ")
    return Block(named, _person(other), from_ms(int(at_ms)))
