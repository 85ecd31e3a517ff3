"""Read matches, and find a caller's part in one."""

from __future__ import annotations

from service.errors import Damaged, Fault, Invalid, NotFound
from service.ids import is_id
from service.model.markets import Market
from service.model.matches import MatchRecord, MatchStatus, Party
from service.model.partners import Caller
from service.store import matches as store_matches
from service.store.listing import Page, PageOf
from service.usecases.as_commuter import only_commuter
from service.usecases.context import Context
from service.usecases.places import markets_of_id, visible_markets


async def get_match(context: Context, caller: Caller, match_id: str) -> MatchRecord:
    """Return a match that touches the caller's trips. Raises NotFound, Damaged."""
    return (await find_match(context, caller, match_id))[1]


async def find_match(context: Context, caller: Caller, match_id: str) -> tuple[Market, MatchRecord]:
    """Return a match that touches the caller's trips, and the market that it is in. Raises NotFound, Damaged."""
    for market in await markets_of_id(context, caller, match_id) if is_id(match_id, "match") else ():
        try:
            (match,) = await store_matches.get_matches(context.store, market.name, [match_id])
        except Damaged:
            if await store_matches.is_listed(context.store, market.name, caller.whose, match_id):
                raise
            break
        if match is not None and any(map(caller.owns, (*match.ever_parties, *match.invited))):
            return market, match
    raise NotFound("match", match_id)


async def list_matches(
    context: Context, caller: Caller, page: PageOf, *, status: MatchStatus | None, commuter: str | None
) -> Page[MatchRecord]:
    """Return a page of the matches that touch the caller's trips."""
    markets = await visible_markets(context, caller)
    return await store_matches.list_matches(
        context.store, markets, caller.partner_id, page, status=status, commuter=only_commuter(caller, commuter)
    )


def own_party(match: MatchRecord, caller: Caller, trip_id: str, *others: Party) -> Party:
    """Return the party of a caller's own trip, in the car or among the others. Raises Invalid."""
    party = next((p for p in (*match.parties, *others) if p.trip_id == trip_id), None)
    if party is None or not caller.owns(party):
        raise Invalid(Fault("/trip_id", "is not one of your trips in this match"))
    return party


def drives(match: MatchRecord, caller: Caller) -> bool:
    """Tell whether the driver is one of the caller's people."""
    return caller.owns(match.driver)
