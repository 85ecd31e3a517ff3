"""How often people of a partner were erased: what was read of an import before the last time is not posted.

A process may stand still for long between reading a line and posting it. So the count is kept in each market, where the
step that posts compares it; whoever erases counts first and looks for what there is to erase then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.store import keys
from service.store.client import Store
from service.store.servers import Command


class ErasedSince(Exception):
    """Somebody of the partner was erased since a line was read: it may be theirs."""


@dataclass(frozen=True, slots=True)
class Fence:
    """How often somebody of a partner had been erased, by market, before lines were read."""

    counts: Mapping[str, str]

    def at(self, market: str) -> str:
        """Return the count of a market. Raises ErasedSince for one that was not there then."""
        try:
            return self.counts[market]
        except KeyError:
            raise ErasedSince from None


def fence_argument(fence: Fence | None, market: str) -> dict[str, str]:
    """Return the argument of a creating function for what is of an import, and for what is not."""
    return {"erasures": "" if fence is None else fence.at(market)}


async def read_fence(store: Store, markets: Sequence[str], partner_id: str) -> Fence:
    """Return the counts of now: lines are to be read after this."""
    names = keys.in_markets(keys.ERASURES, markets, partner_id)
    found = await store.pipeline(lambda pipe: [pipe.get(name) for name in names.values()]) if names else []
    return Fence({market: count or "0" for market, count in zip(names, found, strict=True)})


async def count(store: Store, markets: Sequence[str], partner_id: str) -> None:
    """Count one more: no line that was read before is posted from then on."""
    names = keys.in_markets(keys.ERASURES, markets, partner_id)
    await store.write_each([Command(name, ("INCR", name)) for name in names.values()])
