"""The referee: recomputes a plan from the rules of the problem and lists each one it breaks.

It shares the records and the travel model with the solver, and no algorithm. Seconds are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from matching.model import Instance, Match, Offer, Place, Plan, Request, Stop
from matching.travel import walk_m, walk_s


def check(instance: Instance, plan: Plan) -> list[str]:
    """Return a sentence for each rule that the plan breaks and each figure that is wrong; none for a good plan."""
    referee = _Referee(instance)
    faults: list[str] = []
    score = 0
    for match in plan.matches:
        found, value = referee.judge(match)
        faults += [f"match of {match.offer}: {fault}" for fault in found]
        score += value
    faults += referee.judge_together(plan.matches)
    if plan.score != score:
        faults.append(f"the plan says score {plan.score}, it is {score}")
    if plan.bound < score:
        faults.append(f"the bound {plan.bound} is below the score {score}")
    return faults


class _Referee:
    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._offers = {offer.id: offer for offer in instance.offers}
        self._requests = {request.id: request for request in instance.requests}
        self._points = {point.id: point.place for point in instance.meeting_points}

    def judge(self, match: Match) -> tuple[list[str], int]:
        """Return the faults of one match and its score."""
        offer = self._offers.get(match.offer)
        riders = [self._requests[r] for r in match.requests if r in self._requests]
        if offer is None:
            return ["the offer is not in the instance"], 0
        if len(riders) != len(match.requests) or not riders or len(set(match.requests)) != len(riders):
            return ["a match has one or more requests of the instance, each once"], 0
        order = list(_order_faults(offer, riders, match.stops))
        if order:
            return order, 0
        faults = [
            *_seat_faults(offer, riders, match.stops),
            *self._clock_faults(offer, match.stops),
            *self._rider_faults(riders, match.stops),
            *self._people_faults(offer, riders),
        ]
        driving = sum(self._drive(a.place, b.place) for a, b in _legs(match.stops))
        direct = self._drive(offer.origin, offer.destination)
        detour = match.stops[-1].at - match.stops[0].at - direct
        if detour > offer.max_detour_s:
            faults.append(f"rule 4: a detour of {detour} s, {offer.max_detour_s} s are allowed")
        if match.detour_s != detour:
            faults.append(f"it says detour_s {match.detour_s}, it is {detour}")
        saved = sum(self._drive(r.origin, r.destination) for r in riders) - (driving - direct)
        if match.saved_s != saved:
            faults.append(f"it says saved_s {match.saved_s}, it is {saved}")
        worth = sum(self._instance.rider_value_s + r.priority_s for r in riders)
        worth += sum(self._instance.bonuses.get((offer.id, r.id), 0) for r in riders)
        return faults, worth + saved

    def judge_together(self, matches: Iterable[Match]) -> list[str]:
        """Return the faults between matches: trips used twice, either, returns and commitments."""
        faults: list[str] = []
        driver: dict[str, str] = {}
        matched: set[str] = set()
        for match in matches:
            for trip in (match.offer, *match.requests):
                if trip in matched:
                    faults.append(f"{trip} is in two matches")
                matched.add(trip)
            driver.update(dict.fromkeys(match.requests, match.offer))
        eithers: dict[str, str] = {}
        for person in self._instance.trips:
            if person.either is not None and person.id in matched:
                other = eithers.setdefault(person.either, person.id)
                if other != person.id:
                    faults.append(f"rule 8: {other} and {person.id} share an either and are both matched")
        faults += [
            f"rule 8: {r.return_of} and its return {r.id} are not matched together"
            for r in self._instance.requests
            if r.return_of is not None and (r.id in matched) != (r.return_of in matched)
        ]
        faults += [
            f"rule 9: {request} is committed to {offer.id}"
            for offer in self._instance.offers
            for request in offer.committed
            if driver.get(request) != offer.id
        ]
        return faults

    def _drive(self, a: Place, b: Place) -> int:
        return self._instance.travel.seconds(a, b)

    def _clock_faults(self, offer: Offer, stops: tuple[Stop, ...]) -> Iterator[str]:
        if stops[0].at < offer.earliest_departure:
            yield "rule 3: departs before earliest_departure"
        if stops[-1].at > offer.latest_arrival:
            yield "rule 3: arrives after latest_arrival"
        for before, stop in _legs(stops):
            work = self._instance.boarding_s if before.request is not None else 0
            early = before.at + work + self._drive(before.place, stop.place) - stop.at
            if early > 0:
                yield f"rule 3: {_name(stop)} starts {early} s before the car can be there"

    def _rider_faults(self, riders: list[Request], stops: tuple[Stop, ...]) -> Iterator[str]:
        for rider in riders:
            pickup, dropoff = (stop for stop in stops if stop.request == rider.id)
            walk_in = self._walk_m(rider, rider.origin, pickup)
            walk_out = self._walk_m(rider, rider.destination, dropoff)
            if walk_in is None or walk_out is None:
                yield f"rule 7: {rider.id} stops neither at its own place nor at a meeting point within its walk"
                continue
            if pickup.at < rider.earliest_departure + walk_s(walk_in):
                yield f"rule 5: {rider.id} is picked up too early"
            if rider.latest_pickup is not None and pickup.at > rider.latest_pickup:
                yield f"rule 5: {rider.id} is picked up {pickup.at - rider.latest_pickup} s after latest_pickup"
            if dropoff.at > rider.latest_arrival - walk_s(walk_out):
                yield f"rule 5: {rider.id} is dropped off too late"
            ride = dropoff.at - pickup.at - self._instance.boarding_s
            if rider.max_ride_s is not None and ride > rider.max_ride_s:
                yield f"rule 6: {rider.id} rides {ride} s of {rider.max_ride_s}"

    def _walk_m(self, rider: Request, own: Place, stop: Stop) -> float | None:
        """Return the metres that the rider walks to or from a stop; None where the stop is not allowed."""
        if stop.meeting_point is None:
            return 0.0 if stop.place == own else None
        metres = walk_m(own, stop.place)
        known = self._points.get(stop.meeting_point) == stop.place
        return metres if known and metres <= rider.max_walk_m else None

    def _people_faults(self, offer: Offer, riders: list[Request]) -> Iterator[str]:
        people: list[Offer | Request] = [offer, *riders]
        for a in people:
            for b in people:
                if a is not b and not a.requires <= b.traits:
                    yield f"rule 8: {a.id} requires {', '.join(sorted(a.requires - b.traits))}, which {b.id} has not"
                if (a.id, b.id) in self._instance.excluded:
                    yield f"rule 8: {a.id} and {b.id} are an excluded pair"


def _legs(stops: tuple[Stop, ...]) -> Iterator[tuple[Stop, Stop]]:
    return pairwise(stops)


def _name(stop: Stop) -> str:
    return stop.kind if stop.request is None else f"the {stop.kind} of {stop.request}"


def _order_faults(offer: Offer, riders: list[Request], stops: tuple[Stop, ...]) -> Iterator[str]:
    """Yield faults of rule 1; when there are none, each rider has one pick-up and a later drop-off."""
    if len(stops) < 2 or stops[0].kind != "depart" or stops[-1].kind != "arrive":
        yield "rule 1: the stops start with depart and end with arrive"
        return
    if stops[0].place != offer.origin or stops[-1].place != offer.destination:
        yield "rule 1: the car departs from the driver's origin and arrives at the driver's destination"
    kinds: dict[str | None, list[str]] = {rider.id: [] for rider in riders}
    for stop in stops[1:-1]:
        kinds.setdefault(stop.request, []).append(stop.kind)
    for request, found in kinds.items():
        if found != ["pickup", "dropoff"] or request not in {rider.id for rider in riders}:
            yield f"rule 1: {request} is not picked up once and dropped off once, later"


def _seat_faults(offer: Offer, riders: list[Request], stops: tuple[Stop, ...]) -> Iterator[str]:
    seats = {rider.id: rider.seats for rider in riders}
    taken = 0
    for stop in stops[1:-1]:
        if stop.request is not None:
            taken += seats[stop.request] if stop.kind == "pickup" else -seats[stop.request]
        if taken > offer.seats:
            yield f"rule 2: {taken} seats are taken of {offer.seats} at {_name(stop)}"
