"""Who could ride together now, binding nobody: what the matcher's candidates are made of, for one who only looks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from matching import Match, Offer, Place, Request
from service.clock import from_ms, rfc3339
from service.model.partners import Caller
from service.model.trips import Kind, OfferDraft, RequestDraft, Trip
from service.processes import aside
from service.usecases.as_commuter import as_may_post, only_commuter
from service.usecases.blocking import parted_from
from service.usecases.context import Context
from service.usecases.costs import cost_shares
from service.usecases.picture import CARS_TRIED, MAKE, Look, Picture, Seen
from service.usecases.pictures import Seeing
from service.usecases.places import market_at
from service.usecases.views import View, beside
from service.usecases.visibility import coarse_s

_STEP_S = 60


@dataclass(frozen=True, slots=True)
class Journey:
    """A car that two could share, at coarse places; `detour_s` and `saved_s` are beside what the car drives anyhow."""

    other: Seen
    riders: int
    car: Match
    request_id: str
    detour_s: int
    saved_s: int
    certain: bool


async def find_journeys(
    context: Context, caller: Caller, draft: OfferDraft | RequestDraft, *, without: str | None, limit: int
) -> dict[str, Any]:
    """Return who could ride with a trip that nobody has posted, best first. Raises Invalid, StoreUnavailable.

    `without`: the caller's commuter whose own trips are left out.
    """
    without = only_commuter(caller, without)
    if without is not None:
        draft = draft.model_copy(update={"commuter_id": without})
    draft = as_may_post(caller, draft, at="?")
    market = await market_at(context, caller, draft.origin)
    now = context.clock.now()
    asked = MAKE.record(_trip(caller, draft, now))
    commuter = None if without is None else (caller.partner_id, without)
    found: list[tuple[Journey, Context]] = []
    sights: list[Seeing] = []
    for view in (View(market), *await beside(context, market, stays=False)):
        there, name = context.within(view.market), view.market.name
        parted = frozenset() if without is None else await parted_from(context, name, caller.partner_id, without)
        look = Look(asked, frozenset(), commuter, there.soonest_s(now), parted, view.movers)
        async with context.pictures.seeing(context, view.market, caller.partner_id) as seeing:
            best = await aside(partial(best_journeys, seeing.picture, look, limit))
        found += [(journey, there) for journey in best]
        sights.append(seeing)
    found.sort(key=lambda pair: _rank(pair[0]))
    return {
        "market": market.name, "as_of": rfc3339(min(seeing.as_of for seeing in sights)),
        "complete": all(seeing.complete for seeing in sights),
        "items": [_document(there, caller, journey, asked) for journey, there in found[:limit]],
    }  # fmt: skip


def _trip(caller: Caller, draft: OfferDraft | RequestDraft, now: datetime) -> Trip:
    kind: Kind = "offer" if isinstance(draft, OfferDraft) else "request"
    return Trip("asked", kind, caller.partner_id, "open", 1, now, 0, draft, now)


def best_journeys(picture: Picture, look: Look, limit: int) -> list[Journey]:
    """Return the best journeys: what saves most first, ties by id."""
    fits, allowed = picture.board.fits(look.asked, look.soonest_s), picture.allows(look)
    near = [id_ for _, id_ in sorted((extra_s, id_) for id_, extra_s in fits.items())]
    near = [id_ for id_ in near if allowed(picture.seen[id_]) and picture.is_free(picture.seen[id_])]
    alone = [id_ for id_ in near if id_ not in picture.cars][:limit]
    shared = [id_ for id_ in near if id_ in picture.cars][:CARS_TRIED]
    certain = picture.board.fits(look.asked, look.soonest_s, stricter_s=picture.room_s)
    found = [_alone(picture, look, picture.seen[id_], certain) for id_ in alone]
    found += [_shared(picture, look, picture.seen[id_]) for id_ in shared]
    best = [journey for journey in found if journey is not None]
    return sorted(best, key=_rank)[:limit]


def _rank(journey: Journey) -> tuple[int, str]:
    return -journey.saved_s, journey.other.trip.id


def _alone(picture: Picture, look: Look, other: Seen, certain: Mapping[str, int]) -> Journey | None:
    car = picture.car_of(look, other)
    if car is None:
        return None
    return Journey(other, 0, car, car.requests[0], car.detour_s, car.saved_s, other.trip.id in certain)


def _shared(picture: Picture, look: Look, other: Seen) -> Journey | None:
    car, agreed = picture.car_of(look, other), picture.agreed_car(look, other)
    if car is None or agreed is None:
        return None
    detour_s, saved_s = car.detour_s - agreed.detour_s, car.saved_s - agreed.saved_s
    return Journey(other, len(agreed.requests), car, look.asked.id, detour_s, saved_s, certain=False)


def _document(context: Context, caller: Caller, journey: Journey, asked: Offer | Request) -> dict[str, Any]:
    trip, settings = journey.other.trip, context.settings
    stops = {stop.kind: stop for stop in journey.car.stops if stop.request == journey.request_id}
    seats = dict.fromkeys(journey.car.requests, 1) | _seats(journey, asked)
    share = cost_shares(journey.car.stops, seats, context.travel, Decimal(repr(settings.cost_per_km)))
    return {
        "role": "driver" if isinstance(trip, Offer) else "rider",
        "trip_id": trip.id if caller.owns(journey.other) else None,
        "origin": _place(trip.origin), "destination": _place(trip.destination),
        "earliest_departure": _instant(trip.earliest_departure), "latest_arrival": _instant(trip.latest_arrival),
        "seats": trip.seats, "riders": journey.riders,
        "pickup_at": _instant(stops["pickup"].at), "dropoff_at": _instant(stops["dropoff"].at),
        "pickup_meeting_point": stops["pickup"].meeting_point, "dropoff_meeting_point": stops["dropoff"].meeting_point,
        "detour_s": math.ceil(journey.detour_s / _STEP_S) * _STEP_S,
        "saved_s": math.floor(journey.saved_s / _STEP_S) * _STEP_S,
        "cost_share": {"amount": str(share[journey.request_id]), "currency": settings.currency},
        "certain": journey.certain,
    }  # fmt: skip


def _seats(journey: Journey, asked: Offer | Request) -> dict[str, int]:
    asks = journey.other.trip if isinstance(asked, Offer) else asked
    return {journey.request_id: asks.seats}


def _place(place: Place) -> dict[str, float]:
    return {"lat": place.lat, "lon": place.lon}


def _instant(at_s: int) -> str:
    return rfc3339(from_ms(coarse_s(at_s) * 1000))
