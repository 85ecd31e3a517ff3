"""Leases with fencing tokens: who works on what, and proof that it is still so."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.clock import to_ms
from service.store import keys
from service.store.client import Store

MATCHER = "matcher"
RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was held when this was made. The store refuses writes under an old `token`."""

    name: str
    owner: str
    token: str


def new_owner() -> str:
    """Return a name to hold leases by that no other process has."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


async def take(store: Store, market: str, name: str, owner: str, now: datetime, lasts_s: float) -> Lease | None:
    """Take or renew a lease of a market; None where another holds it."""
    return await _take(store, keys.market_tag(market), name, owner, now, lasts_s)


async def take_each(
    store: Store, markets: Sequence[str], name: str, owner: str, now: datetime, lasts_s: float
) -> dict[str, Lease]:
    """Take or renew a lease of each of these markets, one round trip for all; return those that are held now."""
    argument = _argument(name, owner, now, lasts_s)
    answers = await store.call_many("take_lease", [(keys.market_tag(market), argument) for market in markets])
    return {
        market: Lease(name, owner, answer[1])
        for market, answer in zip(markets, answers, strict=True) if answer[0] == "held"
    }  # fmt: skip


async def take_of_log(
    store: Store, owner_of_log: str, name: str, owner: str, now: datetime, lasts_s: float
) -> Lease | None:
    """Take or renew a lease of what is kept beside a log; None where another holds it."""
    return await _take(store, keys.partner_tag(owner_of_log), name, owner, now, lasts_s)


async def take_whole_store(store: Store, name: str, owner: str, now: datetime, lasts_s: float) -> Lease | None:
    """Take or renew a lease of the whole store; None where another holds it."""
    return await _take(store, keys.STORE_TAG, name, owner, now, lasts_s)


async def _take(store: Store, tag: str, name: str, owner: str, now: datetime, lasts_s: float) -> Lease | None:
    answer = await store.call("take_lease", tag, _argument(name, owner, now, lasts_s))
    return Lease(name, owner, answer[1]) if answer[0] == "held" else None


def _argument(name: str, owner: str, now: datetime, lasts_s: float) -> dict[str, str]:
    until_ms = to_ms(now) + round(lasts_s * 1000)
    return {"name": name, "owner": owner, "now_ms": str(to_ms(now)), "until_ms": str(until_ms)}


async def note_matcher(store: Store, owner: str, now: datetime, lasts_s: float) -> int:
    """Note that a matcher is at work, for as long as it would hold a lease; returns how many are."""
    answer = await store.call("note_matcher", keys.STORE_TAG, {
        "owner": owner, "now_ms": str(to_ms(now)), "gone_before_ms": str(to_ms(now) - round(lasts_s * 1000)),
    })  # fmt: skip
    return int(answer[1])


async def forget_matcher(store: Store, owner: str) -> None:
    """Note that a matcher is at work no longer."""
    await store.write(keys.STORE_TAG, "ZREM", keys.MATCHERS(keys.STORE_TAG), owner)


async def drop(store: Store, market: str, lease: Lease) -> None:
    """Give a lease of a market back at once."""
    await _drop(store, keys.market_tag(market), lease)


async def drop_of_log(store: Store, owner_of_log: str, lease: Lease) -> None:
    """Give a lease of what is kept beside a log back at once."""
    await _drop(store, keys.partner_tag(owner_of_log), lease)


async def _drop(store: Store, tag: str, lease: Lease) -> None:
    await store.call("drop_lease", tag, {"name": lease.name, "owner": lease.owner})
