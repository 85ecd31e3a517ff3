"""A sandbox is emptied: closed to its callers and its matcher, gone through a few records at a time, opened again.

Each step is atomic and may be done again; whoever comes when it was left half done goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.clock import to_ms
from service.errors import StaleLease
from service.model.trips import DRAFTS
from service.store import keys
from service.store.client import Store
from service.store.leases import MATCHER, Lease, new_owner
from service.store.match_changes import index_argument
from service.store.matches import read_each

_AT_ONCE = 100  # records a call, which blocks the server while it runs
_DELIVERIES_AT_ONCE = 500
_LASTS_S = 60


async def close(store: Store, market: str, now: datetime) -> Lease | None:
    """Close a sandbox, for a minute at least; None where another is emptying it."""
    owner = f"reset {new_owner()}"
    answer = await store.call("begin_reset", keys.market_tag(market), {
        "lease": MATCHER, "owner": owner, "now_ms": str(to_ms(now)), "until_ms": str(to_ms(now) + _LASTS_S * 1000),
    })  # fmt: skip
    return Lease(MATCHER, owner, answer[1]) if answer[0] == "held" else None


async def empty(store: Store, market: str, partner_id: str, lease: Lease) -> str:
    """Drop everything of a closed sandbox but its log; returns the last entry of its outbox. Raises StaleLease."""
    tag = keys.market_tag(market)
    lists = {
        "trips": [keys.TRIPS(tag, partner_id, kind) for kind in DRAFTS], "matches": [keys.MATCHES(tag, partner_id)],
        "series": [keys.SERIES_OF(tag, partner_id)], "batches": [keys.BATCHES(tag)],
    }  # fmt: skip
    common = {"partner": partner_id, "trips": [], "matches": [], "damaged": [], "series": [], "batches": []}
    # Matches first: their trips would be set free by whoever mends them.
    for kind in ("matches", "trips", "series", "batches"):
        for name in lists[kind]:
            while ids := await _some(store, name):
                dropped = await _matches(store, market, ids) if kind == "matches" else {kind: ids}
                await _fenced(store, market, lease, "empty_world", {**common, **dropped})
    return str((await _fenced(store, market, lease, "end_world", {"partner": partner_id}))[1])


async def empty_log(store: Store, owner: str, market: str, last: str) -> None:
    """Empty a sandbox's log, of which nothing comes any more that its outbox had up to an entry."""
    argument = {"market": market, "last": last, "most": _DELIVERIES_AT_ONCE}
    while (await store.call("empty_log", keys.partner_tag(owner), argument))[0] == "more":
        pass


async def reopen(store: Store, market: str, lease: Lease) -> None:
    """Open a sandbox that was emptied. Raises StaleLease."""
    await _fenced(store, market, lease, "open_world", {})


async def _some(store: Store, name: str) -> list[str]:
    found: list[str] = await store.read(lambda redis: redis.zrange(name, 0, _AT_ONCE - 1))
    return found


async def _matches(store: Store, market: str, ids: Sequence[str]) -> dict[str, Any]:
    found, damaged = await read_each(store, market, ids)
    return {"matches": [index_argument(match) for match in found], "damaged": list(damaged)}


async def _fenced(store: Store, market: str, lease: Lease, function: str, argument: Mapping[str, Any]) -> list[Any]:
    fence = {"lease": lease.name, "token": lease.token}
    answer = await store.call(function, keys.market_tag(market), {**fence, **argument})
    if answer[0] == "stale":
        raise StaleLease(f"another empties {market}, or matches in it")
    return answer
