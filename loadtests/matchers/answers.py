"""What a method hands back, and how cars of another solver become a plan by our rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from loadtests.matchers.cars import Visit, feasible_part, match_of, remembered
from matching import Instance, Offer, Plan, Request
from matching.plans import score_of

Moment = tuple[float, int | None, int | None]  # seconds since the start, best score and bound by then


class NoPlan(Exception):
    """A method ended without a plan; its words say why."""


@dataclass(frozen=True)
class Answer:
    """A plan, how long each stage took, when the plan got better, and how many cars had to lose riders."""

    plan: Plan
    stages_s: dict[str, float] = field(default_factory=dict)
    trace: tuple[Moment, ...] = ()
    mended: int = 0


def plan_cars(instance: Instance, cars: Iterable[tuple[Offer, Sequence[Visit]]]) -> tuple[Plan, int]:
    """Return cars as a plan with exact times, and how many lost riders, or all of them, because they broke a rule.

    A solver that does not know a rule keeps it only by luck; a car that breaks one keeps the most riders that it can.
    """
    seconds = remembered(instance)
    whole = [(offer, list(visits)) for offer, visits in cars if visits]
    mended: set[str] = set()
    unwanted: set[str] = set()
    while True:
        kept: list[tuple[Offer, list[Visit], list[int]]] = []
        for offer, visits in whole:
            wanted = [visit for visit in visits if visit.request.id not in unwanted]
            part = feasible_part(instance, seconds, offer, wanted)
            if part is not None:
                kept.append((offer, *part))
            if part is None or len(part[0]) < len(visits):
                mended.add(offer.id)
        more = _clashing(instance, kept) - unwanted
        if not more:
            break
        unwanted |= more
    matches = tuple(match_of(seconds, *car) for car in kept)
    score = score_of(instance, matches)
    return Plan(matches, score, score, "restricted"), len(mended)


def _clashing(instance: Instance, cars: list[tuple[Offer, list[Visit], list[int]]]) -> set[str]:
    """Return the requests that may not be matched beside the others: either, return_of, committed."""
    driver = {visit.request.id: offer.id for offer, visits, _ in cars for visit in visits}
    clashing = {
        request
        for offer in instance.offers
        for request in offer.committed
        if request in driver and driver[request] != offer.id
    }
    groups: dict[str, list[Offer | Request]] = defaultdict(list)
    for offer, visits, _ in cars:
        people: list[Offer | Request] = [offer, *(visit.request for visit in visits if visit.boards)]
        for trip in people:
            if trip.either is not None:
                groups[trip.either].append(trip)
    for group in groups.values():
        drivers = [trip for trip in group if isinstance(trip, Offer)]
        riders = [trip.id for trip in group if not isinstance(trip, Offer)]
        clashing.update(riders if drivers else riders[1:])
        for spare in drivers[1:]:
            clashing.update(request for request, offer in driver.items() if offer == spare.id)
    for request in instance.requests:
        out = request.return_of
        if out is not None and (request.id in driver) != (out in driver):
            clashing.add(request.id if request.id in driver else out)
    return clashing
