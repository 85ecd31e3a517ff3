"""The same problem and plan without names, for others to check: nothing that the rules need is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from matching.model import Certificate, Cut, Instance, Match, MeetingPoint, Offer, Plan, Request, Stop


def disguise(instance: Instance, plan: Plan) -> tuple[Instance, Plan]:
    """Return an instance and its plan with all names replaced by numbers.

    Trips are put in the order of their windows and places and numbered by it, so that neither names nor order tell
    when, or by whom, a trip was posted. Traits are numbered too; those that nobody requires are left out, as no rule
    reads them. Places, times and all figures stay, and so does what can be proven of the plan.
    """
    mask = _Mask(instance)
    return mask.instance(instance), mask.plan(plan)


class _Mask:
    """The new name of each trip, either, trait and meeting point of an instance."""

    def __init__(self, instance: Instance) -> None:
        self._offers = _numbered("o", (offer.id for offer in sorted(instance.offers, key=_order)))
        self._requests = _numbered("r", (request.id for request in sorted(instance.requests, key=_order)))
        self._trips = {**self._offers, **self._requests}
        ordered = sorted(instance.trips, key=_order)
        self._eithers = _numbered("e", (trip.either for trip in ordered if trip.either is not None))
        self._traits = _numbered("t", (trait for trip in ordered for trait in sorted(trip.requires)))
        self._points = _numbered("m", (point.id for point in sorted(instance.meeting_points, key=_where)))

    def instance(self, instance: Instance) -> Instance:
        """Return the instance under its new names."""
        trips = self._trips
        return replace(
            instance,
            offers=tuple(self._offer(offer) for offer in sorted(instance.offers, key=_order)),
            requests=tuple(self._request(request) for request in sorted(instance.requests, key=_order)),
            meeting_points=tuple(
                replace(point, id=self._points[point.id]) for point in sorted(instance.meeting_points, key=_where)
            ),
            excluded=frozenset((trips[a], trips[b]) for a, b in instance.excluded),
            bonuses={(trips[o], trips[r]): bonus for (o, r), bonus in instance.bonuses.items()},
        )

    def plan(self, plan: Plan) -> Plan:
        """Return the plan under the new names."""
        matches = sorted((self._match(match) for match in plan.matches), key=lambda match: int(match.offer[1:]))
        duals = plan.certificate
        return replace(plan, matches=tuple(matches), certificate=duals and self._certificate(duals))

    def _offer(self, offer: Offer) -> Offer:
        committed = tuple(self._trips[request] for request in offer.committed)
        return replace(offer, committed=committed, **self._person(offer))

    def _request(self, request: Request) -> Request:
        outward = request.return_of
        return replace(request, return_of=outward and self._trips[outward], **self._person(request))

    def _person(self, trip: Offer | Request) -> dict[str, Any]:
        return {
            "id": self._trips[trip.id],
            "either": trip.either and self._eithers[trip.either],
            "traits": frozenset(self._traits[trait] for trait in trip.traits if trait in self._traits),
            "requires": frozenset(self._traits[trait] for trait in trip.requires),
        }

    def _match(self, match: Match) -> Match:
        return replace(
            match,
            offer=self._trips[match.offer],
            requests=tuple(self._trips[request] for request in match.requests),
            stops=tuple(self._stop(stop) for stop in match.stops),
        )

    def _stop(self, stop: Stop) -> Stop:
        point = stop.meeting_point
        return replace(
            stop, request=stop.request and self._trips[stop.request], meeting_point=point and self._points[point]
        )

    def _certificate(self, duals: Certificate) -> Certificate:
        return Certificate(
            offers=_renamed(duals.offers, self._trips),
            requests=_renamed(duals.requests, self._trips),
            eithers=_renamed(duals.eithers, self._eithers),
            returns=_renamed(duals.returns, self._trips),
            cuts=tuple(sorted((self._cut(cut) for cut in duals.cuts), key=lambda cut: cut.trips)),
        )

    def _cut(self, cut: Cut) -> Cut:
        first, second, third = sorted(self._trips[trip] for trip in cut.trips)
        return Cut((first, second, third), cut.dual)


def _order(trip: Offer | Request) -> tuple[Any, ...]:
    ends = (trip.origin.lat, trip.origin.lon, trip.destination.lat, trip.destination.lon)
    return (trip.earliest_departure, trip.latest_arrival, *ends)


def _where(point: MeetingPoint) -> tuple[float, float]:
    return point.place.lat, point.place.lon


def _renamed(duals: Mapping[str, float], names: Mapping[str, str]) -> dict[str, float]:
    return {names[name]: dual for name, dual in duals.items()}


def _numbered(letter: str, names: Iterable[str]) -> dict[str, str]:
    return {name: f"{letter}{number}" for number, name in enumerate(dict.fromkeys(names), 1)}
