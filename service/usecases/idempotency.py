"""An idempotency key among several markets: reserved with its partner first, so that it means one thing in all.

With one live market the creating function alone does all of it. Of several, it sees its own market's keys alone.
"""

from __future__ import annotations

from datetime import timedelta

from service.model.markets import Market
from service.model.partners import LIVE_MARKET, Caller
from service.store import once as store_once
from service.store.once import DAY_S, Once
from service.usecases.context import Context
from service.usecases.places import market_of_worker


async def reserve(context: Context, caller: Caller, once: Once | None, market: Market) -> tuple[Market, str | None]:
    """Reserve a key; returns the market to create in, and the first answer where it is known already.

    That is the market of the key's first use, though areas have changed since. Raises KeyReused.
    """
    markets = await context.markets.read(context.store)
    if once is None or caller.world or len(markets) == 1:
        return market, None
    if await _may_be_unreserved(context):
        # Before the reservation, which would name another market than the one that has it.
        first = await store_once.first_answer(context.store, LIVE_MARKET, caller.partner_id, once)
        if first is not None:
            return market, first
    name = await store_once.reserve(context.store, caller.partner_id, once, market.name)
    return market if name == market.name else await market_of_worker(context, name), None


async def first_answer(context: Context, caller: Caller, once: Once | None) -> str | None:
    """Return the first answer to a key, None where it was not seen. Raises KeyReused."""
    if once is None:
        return None
    name = caller.world or await store_once.reserved(context.store, caller.partner_id, once) or LIVE_MARKET
    return await store_once.first_answer(context.store, name, caller.partner_id, once)


async def _may_be_unreserved(context: Context) -> bool:
    """Tell whether `main` may hold keys of the time before there were several markets.

    Processes reserve as soon as they know of a second one, which is before it opens; the keys end a day later.
    """
    opened = [m.opens_at for m in await context.markets.read(context.store) if m.opens_at is not None]
    return not opened or context.clock.now() <= min(opened) + timedelta(seconds=DAY_S)
