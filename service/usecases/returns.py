"""Ways out and back: both are matched or neither, so a proposal falls when the match of the other way ends."""

from __future__ import annotations

from collections.abc import Collection

from service.model.matches import MatchRecord
from service.store import matches as store_matches
from service.store.damaged import Contradiction
from service.usecases.context import Context


async def falling_with(context: Context, market: str, match: MatchRecord, lost: Collection[str]) -> list[MatchRecord]:
    """Return the proposals that end when a match loses trips: those that carry the other way of one of them.

    Or the invitations, of confirmed cars.

    They in turn carry others' ways, so this goes on until nothing more falls; a confirmed car stays.
    Raises Contradiction where one of them can not be read.
    """
    falling: dict[str, MatchRecord] = {}
    riders = sorted(lost)
    while riders:
        linked = await store_matches.proposals_of_other_legs(context.store, market, riders)
        read, damaged = await store_matches.read_each(context.store, market, sorted(linked - {match.id, *falling}))
        if damaged:
            raise Contradiction(damaged[0])
        ending = [other for other in read if other.status == "proposed" or other.invited]
        falling |= {other.id: other for other in ending}
        riders = [rider.trip_id for other in ending for rider in other.invited or other.riders]
    return list(falling.values())
