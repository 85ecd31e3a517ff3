"""What a border between two markets costs, and what neighbours get back of it.

usage: python loadtests/bench_neighbours.py INSTANCE.json [--lon DEGREES] [--time-limit S]

The instance's trips are one market, then two, divided by a line of longitude: that with half of all origins on each
side, unless one is given. The two are matched each by itself; then, each in turn and until nothing more comes of it,
beside what the other left over and may give away, as the matcher does with markets that list each other as neighbours.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matching import Deadline, Instance, Offer, Plan, Request, check, instance_from_json, solve, warm_up


def main() -> None:
    """Match the one market and the two, and print what was served."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--lon", type=float, help="where the border is")
    parser.add_argument("--time-limit", type=float, default=30.0, help="processor seconds of a batch")
    options = parser.parse_args()
    warm_up()
    whole = instance_from_json(json.loads(options.instance.read_text()))
    trips = (*whole.offers, *whole.requests)
    lon = options.lon if options.lon is not None else median(trip.origin.lon for trip in trips)
    western = west_of(whole, lon)
    west, east = part(whole, western), part(whole, {trip.id for trip in trips} - western)
    one = matched(whole, options.time_limit)
    alone = [matched(side, options.time_limit) for side in (west, east)]
    beside, rounds = with_neighbours(west, east, alone, options.time_limit)
    print(
        f"{options.instance.stem}, border at {lon:.4f}: {len(west.offers)} + {len(west.requests)} trips west of it, ",
        end="",
    )
    print(f"{len(east.offers)} + {len(east.requests)} east of it; of {len(whole.requests)} requests")
    for name, plans in (
        ("one market", [one]), ("two markets", alone), (f"neighbours ({rounds} more batches)", [*alone, *beside])
    ):  # fmt: skip
        served, score = sum(len(m.requests) for p in plans for m in p.matches), sum(p.score for p in plans)
        print(f"{name:32} {served:6,} served {score:12,} score {100 * (score / one.score - 1):+7.2f} %")


def west_of(instance: Instance, lon: float) -> set[str]:
    """Return the trips of the western market: those from west of the border, and what goes with them."""
    trips = (*instance.offers, *instance.requests)
    western = {trip.id for trip in trips if trip.origin.lon < lon}
    goes_with = {request.id: request.return_of for request in instance.requests if request.return_of is not None}
    goes_with |= {rider: offer.id for offer in instance.offers for rider in offer.committed}
    for trip in trips:
        root = trip.id
        while root in goes_with:
            root = goes_with[root]
        (western.add if root in western else western.discard)(trip.id)
    return western


def with_neighbours(west: Instance, east: Instance, alone: list[Plan], limit_s: float) -> tuple[list[Plan], int]:
    """Return the plans of further batches, each market's in turn beside what the other has left; and their number."""
    sides = [left_over(side, plan) for side, plan in zip((west, east), alone, strict=True)]
    plans: list[Plan] = []
    turn, idle = 0, 0
    while idle < 2:
        own, other = sides[turn], sides[1 - turn]
        both = joined(own, movable(other))
        plan = matched(both, limit_s)
        plans.append(plan)
        taken = {id_ for match in plan.matches for id_ in (match.offer, *match.requests)}
        sides = [without(side, taken) for side in sides]
        idle = 0 if plan.matches else idle + 1
        turn = 1 - turn
    return plans, len(plans)


def matched(instance: Instance, limit_s: float) -> Plan:
    """Return the plan of a batch."""
    plan = solve(instance, Deadline(time.process_time, limit_s))
    broken = check(instance, plan)
    if broken:
        raise SystemExit(f"the plan breaks rules: {broken}")
    return plan


def left_over(instance: Instance, plan: Plan) -> Instance:
    """Return what a plan has left open."""
    return without(instance, {id_ for match in plan.matches for id_ in (match.offer, *match.requests)})


def movable(instance: Instance) -> Instance:
    """Return the trips that may change the market: those that no other goes with."""
    outwards = {request.return_of for request in instance.requests}
    free = {offer.id for offer in instance.offers if offer.either is None and not offer.committed}
    free |= {r.id for r in instance.requests if r.either is None and r.return_of is None and r.id not in outwards}
    return part(instance, free)


def without(instance: Instance, ids: set[str]) -> Instance:
    """Return an instance without some of its trips, nor those of the same `either`."""
    trips: tuple[Offer | Request, ...] = (*instance.offers, *instance.requests)
    eithers = {trip.either for trip in trips if trip.id in ids and trip.either is not None}
    return part(instance, {trip.id for trip in trips if trip.id not in ids and trip.either not in eithers})


def part(instance: Instance, ids: set[str]) -> Instance:
    """Return an instance of some of its trips; a way back whose way out is not among them stands alone."""
    offers = tuple(offer for offer in instance.offers if offer.id in ids)
    offers = tuple(replace(offer, committed=tuple(r for r in offer.committed if r in ids)) for offer in offers)
    requests = tuple(
        request if request.return_of in ids else replace(request, return_of=None)
        for request in instance.requests
        if request.id in ids
    )
    excluded = frozenset(pair for pair in instance.excluded if ids.issuperset(pair))
    bonuses = {pair: bonus for pair, bonus in instance.bonuses.items() if ids.issuperset(pair)}
    return replace(instance, offers=offers, requests=requests, excluded=excluded, bonuses=bonuses)


def joined(one: Instance, other: Instance) -> Instance:
    """Return one instance of two with nothing in common but the way that cars travel."""
    return replace(
        one,
        offers=(*one.offers, *other.offers),
        requests=(*one.requests, *other.requests),
        excluded=one.excluded | other.excluded,
        bonuses={**one.bonuses, **other.bonuses},
    )


if __name__ == "__main__":
    main()
