"""Post many offers or requests at once: each is judged and stored as if it were posted alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from service.errors import CarpoolError
from service.model.events import log_of
from service.model.partners import Caller
from service.model.trips import Draft, Kind
from service.store import once as store_once
from service.store.erasures import Fence
from service.store.once import Once
from service.usecases.context import Context
from service.usecases.series import post_series
from service.usecases.trips import post_trip

AT_ONCE = 128  # as many as the store takes together; then others have their turn
OnceOf = Callable[[str], Once | None]
Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")


async def first_answer(context: Context, caller: Caller, once: Once | None) -> str | None:
    """Reserve the key of many; returns the first answer where it is known already. Raises KeyReused."""
    if once is None:
        return None
    owner = log_of(caller)
    await store_once.reserve(context.store, owner, once, "")
    return await store_once.first_answer_of_partner(context.store, owner, once)


async def keep_answer(context: Context, caller: Caller, once: Once | None) -> str | None:
    """Keep the answer to the key of many; returns the first where another call was sooner."""
    return None if once is None else await store_once.keep_answer_of_partner(context.store, log_of(caller), once)


async def post_each(
    context: Context, caller: Caller, kind: Kind, drafts: Sequence[Draft | CarpoolError],
    once_of: Callable[[int, str], Once | None],
) -> list[str | CarpoolError]:  # fmt: skip
    """Post drafts; returns for each the id of its trip or series, or why there is none.

    `once_of`: what keeps the id of the draft of an index under its part of the caller's key.
    """

    async def post(n: int, draft: Draft | CarpoolError) -> str | CarpoolError:
        if isinstance(draft, CarpoolError):
            return draft
        try:
            return await post_one(context, caller, kind, draft, lambda id_: once_of(n, id_))
        except CarpoolError as error:
            return error

    return await in_turns(post, drafts)


async def post_one(
    context: Context, caller: Caller, kind: Kind, draft: Draft, once_of: OnceOf, fence: Fence | None = None
) -> str:  # fmt: skip
    """Post a draft as a trip or, where it recurs, as a series; returns its id. Raises as these do."""
    post: Callable[..., Awaitable[tuple[Any, str | None]]] = post_trip if draft.recurrence is None else post_series
    made, first = await post(context, caller, kind, draft, lambda made: once_of(made.id), fence)
    return first or str(made.id)


async def in_turns(do: Callable[[int, Thing], Awaitable[Outcome]], things: Sequence[Thing]) -> list[Outcome]:
    """Do something with each thing, some at a time, which go to the store together."""
    done: list[Outcome] = []
    for first in range(0, len(things), AT_ONCE):
        some = enumerate(things[first : first + AT_ONCE], first)
        done += await asyncio.gather(*(do(n, thing) for n, thing in some))
    return done
