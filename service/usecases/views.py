"""Which markets a look sees: its own, and others as far as a batch may match trips of the two."""

from __future__ import annotations

from dataclasses import dataclass

from service.model.markets import Market
from service.usecases.context import Context


@dataclass(frozen=True, slots=True)
class View:
    """A market that is looked at; `movers`: only those of its trips that may move out of it."""

    market: Market
    movers: bool = False


async def beside(context: Context, market: Market, *, stays: bool) -> list[View]:
    """Return the other markets in which somebody may be who rides with a trip of a market.

    What a market's batches take of its neighbours are trips that may move. A trip that may move itself, so not one that
    `stays`, may also meet all in a market of which its own is a neighbour.
    """
    found = []
    for other in await context.markets.read(context.store):
        if other.name == market.name:
            continue
        if market.name in other.neighbours and not stays:
            found.append(View(other))
        elif other.name in market.neighbours:
            found.append(View(other, movers=True))
    return found
