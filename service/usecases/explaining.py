"""Why a trip has no match now: which rule ruled out how many others, what change would help, and what seats were worth.

The trip itself is taken as it is, everybody else at coarse places (see `picture`): so whatever is answered, and however
often one asks, it tells of others' places no more than the grid does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any

from matching import Offer, Request, stricter
from service.clock import from_ms, rfc3339
from service.model.partners import Caller
from service.model.transitions import UNDECIDED
from service.model.trips import MOST_WALK_M, Kind, Trip
from service.processes import aside
from service.store import trips as store_trips
from service.usecases import at_risk
from service.usecases.blocking import parted_from
from service.usecases.context import Context
from service.usecases.explanation import COMMITTED, PEOPLE, Change, Explanation, OtherWay, told
from service.usecases.moves import stays
from service.usecases.picture import CARS_TRIED, MAKE, Look, Picture, Seen
from service.usecases.pictures import Seeing
from service.usecases.places import market_of_worker
from service.usecases.trips import find_trip
from service.usecases.views import View, beside

_WITHOUT = {2: (3, 4, 5, 6), 4: (3, 5, 6), 3: (5, 6), 5: (6,), 6: ()}  # rules of time that do not count yet
_NAMES = {2: "seats", 3: "driver_window", 4: "detour", 5: "rider_window", 6: "ride", 8: "people", 9: "committed"}
_FEWEST_PRICES, _PRICE_STEP_S = 5, 600  # a worth is told of several seats together


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was found for a trip, in the sights of the markets in which a batch may match it."""

    found: Explanation
    sights: tuple[Seeing, ...]
    held: bool

    @property
    def reason(self) -> str:
        return "either_held" if self.held else self.found.reason


async def explain(context: Context, caller: Caller, kind: Kind, trip_id: str) -> dict[str, Any]:
    """Return why a trip of the caller's own is not matched now. Raises NotFound, Damaged, StoreUnavailable."""
    name, trip = await find_trip(context, caller, kind, trip_id)
    if trip.status != "open":
        return _document(trip, trip.status, Explanation(), context.clock.now(), complete=True)
    looked = await _looked_for(context, name, trip)
    other, more = (None, ()) if looked.held else await _other_way(context, name, trip, looked.sights[0].picture)
    found, reason, sights = looked.found, looked.reason, (*looked.sights, *more)
    if other is not None and reason == "waiting_for_batch" and not other.allows(found):
        reason = "other_way"
    risk = await at_risk.of_open(context, name, trip)
    as_of, complete = min(seeing.as_of for seeing in sights), all(seeing.complete for seeing in sights)
    document = _document(trip, reason, told(found, other), as_of, complete=complete)
    return document | {"at_risk": risk, "other_way": other and _way_document(other.shortened(found))}


async def _looked_for(context: Context, name: str, trip: Trip) -> _Looked:
    market = await market_of_worker(context, name)
    held = await store_trips.either_holders(context.store, name, [trip])
    found, seeing = await _explained_in(context, View(market), trip)
    sights, there = [seeing], []
    if not held:
        bound = stays(trip, market.number) or seeing.picture.is_way_out(trip.id)
        there = await beside(context, market, stays=bound)
    for view in there:
        more, seeing = await _explained_in(context, view, trip)
        found = found.joined(more)
        sights.append(seeing)
    return _Looked(found, tuple(sights), bool(held))


async def _other_way(
    context: Context, name: str, trip: Trip, picture: Picture
) -> tuple[OtherWay | None, tuple[Seeing, ...]]:  # fmt: skip
    """Return the other way of an open request as far as it keeps it from being matched, and what was looked at for it.

    Of several, one that lacks somebody. A way that is settled, or gone, leaves the other to stand alone, as does a way
    back of which another trip of its `either` is held.
    """
    outward = store_trips.outward_of(trip)
    ids = [*picture.ways_back(trip.id), *filter(None, [outward])]
    ways: list[OtherWay] = []
    sights: tuple[Seeing, ...] = ()
    for way in (await store_trips.read_each(context.store, name, ids))[0] if ids else ():
        if way.id == outward and way.status in UNDECIDED and way.status != "open":
            ways.append(OtherWay(way.id, way.status))
        elif way.status == "open":
            looked = await _looked_for(context, name, way)
            sights += looked.sights
            if not looked.held:
                ways.append(OtherWay(way.id, looked.reason, looked.found))
            elif way.id == outward:
                ways.append(OtherWay(way.id, looked.reason))
    return min(ways, key=lambda way: len(way.found.possible), default=None), sights


async def _explained_in(context: Context, view: View, trip: Trip) -> tuple[Explanation, Seeing]:
    """Return why nobody of a market rides with a trip, and the sight of the market that says so."""
    soonest_s = context.within(view.market).soonest_s(context.clock.now())
    parted = await parted_from(context, view.market.name, trip.partner_id, trip.draft.commuter_id)
    look = Look(MAKE.record(trip), trip.excluded, None, soonest_s, parted, view.movers)
    async with context.pictures.seeing(context, view.market, trip.partner_id) as seeing:
        return await aside(lambda: explained(seeing.picture, look)), seeing


def explained(picture: Picture, look: Look) -> Explanation:
    """Return why nobody of a picture rides with who asks."""
    others = {
        id_: seen for id_, seen in picture.seen.items() if _other_kind(look, seen) and picture.is_there(look, seen)
    }  # fmt: skip
    allowed = picture.allows(look)
    left = {id_ for id_, seen in others.items() if allowed(seen) and picture.is_free(seen)}
    ruled_out = {PEOPLE: len(others) - len(left)}
    willing = frozenset(left)
    for rule, without in _WITHOUT.items():
        keeping = left & picture.board.fits(look.asked, look.soonest_s, without=without).keys()
        ruled_out[rule] = len(left) - len(keeping)
        left = keeping
    # Those with riders that are not tried count as possible.
    full = {id_ for id_ in sorted(left & picture.cars.keys())[:CARS_TRIED] if not picture.car_of(look, others[id_])}
    ruled_out[COMMITTED] = len(full)
    fits_taken = picture.taken_board.fits(look.asked, look.soonest_s)
    taken = [picture.taken[id_] for id_ in fits_taken if allowed(picture.taken[id_])]
    alone = willing - picture.cars.keys()
    return Explanation(
        counterparts=len(others), ruled_out=ruled_out, taken=len(taken),
        possible={id_: others[id_].trip.either for id_ in sorted(left - full)},
        prices_s=tuple(seen.price_s for seen in taken if seen.price_s is not None),
        changes=tuple(_changes(picture, look, alone, left)),
    )  # fmt: skip


def _other_kind(look: Look, seen: Seen) -> bool:
    return isinstance(seen.trip, Request if isinstance(look.asked, Offer) else Offer)


@dataclass(frozen=True, slots=True)
class _Ladder:
    """Changes of a field, the smallest first: by `step` a time, at most `most` times."""

    field: str
    step: int
    most: int


def _ladders(picture: Picture, look: Look) -> Iterator[_Ladder]:
    asked = look.asked
    ahead = (asked.earliest_departure - look.soonest_s) // 300
    yield _Ladder("earliest_departure", -300, max(0, min(ahead, 12)))
    yield _Ladder("latest_arrival", 300, 12)
    if isinstance(asked, Offer):
        yield _Ladder("max_detour_s", 120, 15)
        yield _Ladder("seats", 1, 8 - asked.seats)
    else:
        yield _Ladder("seats", -1, asked.seats - 1)
        if asked.max_ride_s is not None:
            yield _Ladder("max_ride_s", 300, 12)
        walk = _Ladder("max_walk_m", 100, min(10, (MOST_WALK_M - asked.max_walk_m) // 100))
        if picture.board.points.near(replace(asked, max_walk_m=asked.max_walk_m + walk.step * walk.most)):
            yield walk


def _changes(picture: Picture, look: Look, willing: Collection[str], already: Collection[str]) -> Iterator[Change]:
    """Yield the smallest change of each field by which somebody fits, wherever in their cells they are."""
    for ladder in _ladders(picture, look):

        def gained(times: int, ladder: _Ladder = ladder) -> set[str]:
            changed = _changed(look.asked, ladder, times)
            fits = picture.board.fits(changed, look.soonest_s, stricter_s=picture.room_s)
            return (fits.keys() & willing) - set(already)

        found = _least(gained, ladder.most)
        if found is None:
            continue
        times, who = found
        changed = _changed(look.asked, ladder, times)
        if any(_is_verified(picture, replace(look, asked=changed), picture.seen[id_]) for id_ in sorted(who)):
            yield Change(ladder.field, ladder.step * times, getattr(changed, ladder.field), len(who))


def _changed(asked: Offer | Request, ladder: _Ladder, times: int) -> Offer | Request:
    return replace(asked, **{ladder.field: getattr(asked, ladder.field) + ladder.step * times})


def _least(gained: Callable[[int], set[str]], most: int) -> tuple[int, set[str]] | None:
    """Return the least number of steps with which anybody is gained, and who; each step keeps who was gained before."""
    low, high = 1, most
    who = gained(most) if most >= 1 else set()
    if not who:
        return None
    while low < high:
        middle = (low + high) // 2
        if some := gained(middle):
            high, who = middle, some
        else:
            low = middle + 1
    return high, who


def _is_verified(picture: Picture, look: Look, seen: Seen) -> bool:
    """Say whether the engine makes a car of two that the referee passes, with room for where the other's places are."""
    room_s = picture.room_s
    strict = replace(look, asked=stricter(look.asked, room_s))
    return picture.car_of(strict, replace(seen, trip=stricter(seen.trip, room_s))) is not None


def _document(trip: Trip, reason: str, found: Explanation, as_of: datetime, *, complete: bool) -> dict[str, Any]:
    return {
        "trip_id": trip.id, "status": trip.status, "match_id": trip.match_id, "reason": reason,
        "decide_at": rfc3339(trip.decide_at), "as_of": rfc3339(as_of), "complete": complete,
        "counterparts": found.counterparts,
        "ruled_out": [
            {"rule": rule, "name": _NAMES[rule], "count": count} for rule, count in found.ruled_out.items()
        ],
        "possible": len(found.possible), "taken": found.taken, "seat_worth_s": _worth_s(found.prices_s),
        "changes": [_change(change) for change in found.changes], "at_risk": None, "other_way": None,
    }  # fmt: skip


def _way_document(way: OtherWay) -> dict[str, Any]:
    return {
        "request_id": way.request_id, "reason": way.reason, "possible": len(way.found.possible),
        "changes": [_change(change) for change in way.found.changes],
    }  # fmt: skip


def _worth_s(prices_s: Collection[int]) -> int | None:
    """Return what a place was worth in the middle, rounded up; None of few, for one price tells of one person."""
    if len(prices_s) < _FEWEST_PRICES:
        return None
    return -(-int(median(prices_s)) // _PRICE_STEP_S) * _PRICE_STEP_S


def _change(change: Change) -> dict[str, Any]:
    is_time = change.field in ("earliest_departure", "latest_arrival")
    return {
        "field": change.field, "by": change.by,
        "value": rfc3339(from_ms(change.value * 1000)) if is_time else change.value,
        "counterparts": change.counterparts,
    }  # fmt: skip
