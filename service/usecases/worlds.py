"""Sandboxes: worlds of their own, whose time their partners move on; everything due then happens."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.clock import rfc3339, to_ms
from service.errors import Busy, Fault, Forbidden, Invalid, StaleLease, StoreUnavailable
from service.model.events import log_of
from service.model.partners import Caller
from service.store import imports, resetting, worlds
from service.usecases.batches import expire_due
from service.usecases.context import Context, in_world
from service.usecases.occurrences import look_after_due

_FARTHEST = timedelta(days=366)  # a move, so that no slip of the pen ends a world
_MOST_ROUNDS = 20


async def enter(context: Context, caller: Caller) -> tuple[Context, int]:
    """Return the context of a caller's sandbox, and how often that was emptied. Raises StoreUnavailable while it is."""
    world = await worlds.read_world(context.store, caller.world)
    if not world.is_open:
        raise StoreUnavailable("this sandbox is being emptied; send this again")
    return context.ahead(world.ahead_ms), world.emptied


async def reset(context: Context, caller: Caller) -> datetime:
    """Empty the caller's sandbox, but for its keys and endpoints, and set its clock; returns the time it is.

    Whoever calls meanwhile is told to call again. Raises Forbidden, Busy.
    """
    market, store = only_sandbox(caller), context.store
    lease = await resetting.close(store, market, context.live.clock.now())
    if lease is None:
        raise Busy("this sandbox")
    try:
        await imports.forget_all(store, log_of(caller))
        last = await resetting.empty(store, market, caller.partner_id, lease)
        await resetting.empty_log(store, log_of(caller), market, last)
        await resetting.reopen(store, market, lease)
    except StaleLease:
        raise Busy("this sandbox") from None
    return context.live.clock.now()


def only_sandbox(caller: Caller) -> str:
    """Return the market of the caller's sandbox. Raises Forbidden for a live key."""
    if not caller.world:
        raise Forbidden("a test key, as this is for sandboxes only: carpool keys create … --test")
    return caller.world


async def move_time(context: Context, caller: Caller, to: datetime) -> datetime:
    """Move the time of the caller's sandbox on, and end what is due by then; returns the time it is.

    `context` is the sandbox's. Batches, retries and the retention follow by themselves. Raises Forbidden, Invalid.
    """
    market = only_sandbox(caller)
    now = context.clock.now()
    if to > now + _FARTHEST:
        raise Invalid(Fault("/now", f"is more than {_FARTHEST.days} days after {rfc3339(now)}: move there in steps"))
    if to < now or not await worlds.move_clock(context.store, market, context.ahead_ms + to_ms(to) - to_ms(now)):
        raise Invalid(Fault("/now", f"is before {rfc3339(now)}, the time of this sandbox: it only moves forward"))
    moved = await in_world(context.live, market)
    for _ in range(_MOST_ROUNDS):  # what is more is left to the matcher
        if not await expire_due(moved, market) + await look_after_due(moved, market):
            break
    return moved.clock.now()
