"""A plan's cars as proposals and invitations, in groups that stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from matching.model import Match
from service import tracing
from service.model.markets import Market
from service.model.trips import Trip
from service.store.match_changes import Proposal
from service.store.trips import outward_of
from service.usecases.agreed import Commitment
from service.usecases.context import Context
from service.usecases.invitations import invite
from service.usecases.proposals import propose_car


def make_proposals(
    context: Context, market: Market, batch_id: str, cars: Sequence[Match], trips: Mapping[str, Trip], now: datetime,
    agreed: Mapping[str, Commitment] | None = None,
) -> list[list[Proposal]]:  # fmt: skip
    """Return the plan's cars in groups that stand or fall together: those that carry someone's two ways.

    `agreed`: cars of it that are agreed, by their offer. Those to which nobody is added are left out.
    """
    here, held = context.within(market), agreed or {}
    new = [car for car in cars if any(request in trips for request in car.requests)]
    ids = {c.offer: held[c.offer].match.id if c.offer in held else here.new_id("match", market.number) for c in new}
    ways = _other_ways({request: ids[car.offer] for car in new for request in car.requests}, trips)

    def propose(car: Match) -> Proposal:
        causes = [trips[id_].trace for id_ in (car.offer, *car.requests) if id_ in trips]
        with tracing.effect("propose", causes, match=ids[car.offer], batch=batch_id):
            if car.offer in held:
                return invite(here, batch_id, car, held[car.offer], trips, now, ways)
            return propose_car(here, ids[car.offer], batch_id, car, trips=trips, now=now, ways=ways)

    return [list(map(propose, group)) for group in _linked(new, ways)]


def _other_ways(matched: Mapping[str, str], trips: Mapping[str, Trip]) -> dict[str, tuple[str, str]]:
    """Return, of each request whose other way is matched too, that one and its match. `matched`: matches by request."""
    ways: dict[str, tuple[str, str]] = {}
    for request in matched:
        outward = outward_of(trips[request]) if request in trips else None
        if outward is not None and outward in matched:
            ways |= {request: (outward, matched[outward]), outward: (request, matched[request])}
    return ways


def _linked(cars: Sequence[Match], ways: Mapping[str, tuple[str, str]]) -> list[list[Match]]:
    car_of = {request: n for n, car in enumerate(cars) for request in car.requests}
    group_of = list(range(len(cars)))

    def root(n: int) -> int:
        while group_of[n] != n:
            group_of[n] = n = group_of[group_of[n]]
        return n

    for request, (other, _) in ways.items():
        group_of[root(car_of[request])] = root(car_of[other])
    groups: dict[int, list[Match]] = {}
    for n, car in enumerate(cars):
        groups.setdefault(root(n), []).append(car)
    return list(groups.values())
