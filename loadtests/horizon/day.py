"""One day under one policy: batches as the service runs them, without the service. Everybody accepts at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from matching import Instance, Match, Offer, Plan, Request, Session, Stop, check
from service.model.deciding import Decide
from service.usecases.commitments import PROMISE_S, within_promise

from .arrivals import Posting

_NOTICE_S = 300  # no departure is nearer than that, as by CARPOOL_NOTICE_S


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a day came to. `told_ahead_s`: of each rider, how long before their pick-up their car was agreed."""

    riders: int
    cars: int
    score: int
    batches: int
    told_ahead_s: tuple[int, ...]
    faults: tuple[str, ...]


@dataclass(slots=True)
class _Town:
    """What is open and what is agreed, at some moment of the day."""

    open: dict[str, Offer | Request] = field(default_factory=dict)
    cars: dict[str, Match] = field(default_factory=dict)
    promised: dict[str, tuple[int, int]] = field(default_factory=dict)
    told_at: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # eithers of whom somebody drives or rides


def live(
    whole: Instance, postings: Sequence[Posting], decide: Decide, interval_s: int, zone: tzinfo
) -> Outcome:  # fmt: skip
    """Return what a day comes to in which trips are decided by a policy, in batches of an interval."""
    town, session = _Town(), Session()
    trips = {trip.id: trip for trip in whole.trips}
    waves = _waves(postings, decide, interval_s, zone)
    for now, posted in waves.items():
        town.open.update((trip.id, trip) for trip in posted)
        instance = _instance(whole, town, now + _NOTICE_S)
        if instance.offers and len(instance.requests) > sum(len(offer.committed) for offer in instance.offers):
            _agree(town, trips, session.solve(instance), now)
    matches = tuple(town.cars.values())
    score = sum(match.saved_s + whole.rider_value_s * len(match.requests) for match in matches)
    faults = check(whole, Plan(matches, score, score, "complete"))
    ahead = tuple(_stop(town.cars, id_, "pickup").at - at for id_, at in town.told_at.items())
    return Outcome(len(town.told_at), len(matches), score, len(waves), ahead, tuple(faults))


def _waves(
    postings: Sequence[Posting], decide: Decide, interval_s: int, zone: tzinfo
) -> dict[int, list[Offer | Request]]:
    """Return the trips that each batch sees first, by its time: no other batch finds anything new."""
    found: dict[int, list[Offer | Request]] = {}
    for posting in postings:
        leaves = datetime.fromtimestamp(posting.trip.earliest_departure, UTC)
        opens = decide.opens_at(leaves, zone)
        begins = posting.posted_at if opens is None else max(posting.posted_at, int(opens.timestamp()))
        found.setdefault(-(-begins // interval_s) * interval_s, []).append(posting.trip)
    return dict(sorted(found.items()))


def _instance(whole: Instance, town: _Town, soonest: int) -> Instance:
    """Return what a batch sees: open trips that are in time, and agreed cars that have not left."""
    offers: list[Offer] = []
    requests: list[Request] = []
    for trip in [t for t in town.open.values() if t.either is None or t.either not in town.taken]:
        cut = replace(trip, earliest_departure=max(trip.earliest_departure, soonest))
        if cut.earliest_departure + whole.travel.seconds(cut.origin, cut.destination) > cut.latest_arrival:
            del town.open[trip.id]
        elif isinstance(cut, Offer):
            offers.append(cut)
        else:
            requests.append(cut)
    staying = {id_: match for id_, match in town.cars.items() if match.stops[0].at > soonest}
    held = {request for match in staying.values() for request in match.requests}
    offers += [
        _committed(offer, staying[offer.id], town.promised[offer.id], soonest)
        for offer in whole.offers if offer.id in staying
    ]  # fmt: skip
    requests += [_kept(rider, town.promised[rider.id]) for rider in whole.requests if rider.id in held]
    return replace(whole, offers=tuple(offers), requests=tuple(requests))


def _committed(offer: Offer, match: Match, promised: tuple[int, int], soonest: int) -> Offer:
    return replace(
        offer, either=None, committed=match.requests,
        earliest_departure=max(offer.earliest_departure, promised[0] - PROMISE_S, soonest),
        latest_arrival=min(offer.latest_arrival, promised[1] + PROMISE_S),
    )  # fmt: skip


def _kept(rider: Request, promised: tuple[int, int]) -> Request:
    start_at, end_at = (datetime.fromtimestamp(at, UTC) for at in promised)
    return within_promise(replace(rider, either=None), (start_at, end_at))


def _agree(town: _Town, trips: dict[str, Offer | Request], plan: Plan, now: int) -> None:
    """Have everybody accept what a batch proposes."""
    for match in plan.matches:
        if match.offer in town.cars and len(match.requests) == len(town.cars[match.offer].requests):
            continue
        town.cars[match.offer] = match
        for id_ in _new(town, match):
            town.open.pop(id_)
            town.promised[id_] = _times(match, id_)
            if id_ != match.offer:
                town.told_at[id_] = now
            either = trips[id_].either
            if either is not None:
                town.taken.add(either)


def _new(town: _Town, match: Match) -> Iterator[str]:
    yield from [id_ for id_ in (match.offer, *match.requests) if id_ not in town.promised]


def _times(match: Match, id_: str) -> tuple[int, int]:
    own = [stop.at for stop in match.stops if stop.request == id_] or [match.stops[0].at, match.stops[-1].at]
    return own[0], own[-1]


def _stop(cars: dict[str, Match], request: str, kind: str) -> Stop:
    return next(s for match in cars.values() for s in match.stops if s.request == request and s.kind == kind)
