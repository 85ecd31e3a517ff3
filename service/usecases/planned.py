"""A plan's cars as proposals and invitations, in groups that stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from matching.model import Match
from service.model.markets import Market
from service.model.trips import Trip
from service.store.matches import Proposal
from service.store.trips import outward_of
from service.usecases.commitments import Commitment
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

    def propose(car: Match) -> Proposal:
        if car.offer in held:
            return invite(here, batch_id, car, held[car.offer], trips, now)
        return propose_car(here, market, batch_id, car, trips=trips, now=now)

    new = [car for car in cars if any(request in trips for request in car.requests)]
    return [list(map(propose, group)) for group in _linked(new, trips)]


def _linked(cars: Sequence[Match], trips: Mapping[str, Trip]) -> list[list[Match]]:
    car_of = {request: n for n, car in enumerate(cars) for request in car.requests}
    group_of = list(range(len(cars)))

    def root(n: int) -> int:
        while group_of[n] != n:
            group_of[n] = n = group_of[group_of[n]]
        return n

    for request, n in car_of.items():
        outward = outward_of(trips[request]) if request in trips else None
        if outward in car_of:
            group_of[root(n)] = root(car_of[outward])
    groups: dict[int, list[Match]] = {}
    for n, car in enumerate(cars):
        groups.setdefault(root(n), []).append(car)
    return list(groups.values())
