"""Crowds: many trips from one quarter to another, so that most cars could take most riders; from a seed."""

from __future__ import annotations

import random

from matching import Crowfly, Instance, MeetingPoint, Offer, Place, Request


def crowd(seed: int, offers: int, requests: int, *, rules: bool = True) -> Instance:
    """Return trips within half an hour, with ``rules`` about people, rides, walks and ways back or without."""
    chance = random.Random(seed)

    def place(lon: float) -> Place:
        return Place(52.3 + chance.random() * 0.03, lon + chance.random() * 0.04)

    def way() -> tuple[Place, Place]:
        return place(4.8 + 0.1 * chance.random()), place(4.95 + 0.05 * chance.random())

    def often(share: float) -> bool:
        return rules and chance.random() < share

    def window() -> tuple[int, int]:
        start = chance.randrange(0, 1800)
        return start, start + chance.randrange(2500, 5000)

    riders = [
        Request(
            f"r{n}", *way(), *window(), seats=2 if often(0.1) else 1,
            latest_pickup=1800 + chance.randrange(0, 900) if often(0.4) else None,
            max_ride_s=chance.randrange(900, 2600) if often(0.4) else None,
            max_walk_m=1000 if often(0.3) else 0,
            priority_s=600 if often(0.2) else 0,
            either=f"e{n % 3}" if often(0.2) else None,
            return_of=f"r{n - 1}" if n % 3 == 2 and often(0.5) else None,
            traits=frozenset({"calm"}) if often(0.7) else frozenset(),
            requires=frozenset({"calm"}) if often(0.3) else frozenset(),
        )
        for n in range(requests)
    ]  # fmt: skip
    drivers = [
        Offer(
            f"o{n}", *way(), *window(), seats=chance.randrange(1, 5), max_detour_s=chance.randrange(600, 2400),
            either=f"e{n}" if often(0.3) else None,
            traits=frozenset({"calm"}), requires=frozenset({"calm"}) if often(0.1) else frozenset(),
        )
        for n in range(offers)
    ]  # fmt: skip
    names = [trip.id for trip in (*drivers, *riders)]
    return Instance(
        offers=tuple(drivers),
        requests=tuple(riders),
        meeting_points=tuple(MeetingPoint(f"m{n}", chance.choice(way())) for n in range(6 if rules else 0)),
        excluded=frozenset(tuple(chance.sample(names, 2)) for _ in range(2 if rules else 0)),
        bonuses={(o.id, r.id): chance.randrange(-300, 300) for o in drivers for r in riders if often(0.1)},
    )


def tight_car(seed: int, riders: int) -> Instance:
    """Return one offer and riders whose limits are drawn around one journey, so that it is just about feasible."""
    chance = random.Random(seed)
    travel = Crowfly()

    def place() -> Place:
        return Place(52.3 + chance.randrange(6) * 0.005, 4.8 + chance.randrange(6) * 0.008)

    ends = [(place(), place()) for _ in range(riders + 1)]
    order = [n for n in range(riders) for _ in range(2)]
    chance.shuffle(order)
    here, at, waits, first = ends[riders][0], 0, 0, set[int]()
    times = [[0, 0] for _ in range(riders)]
    for n in order:
        there = ends[n][n in first]
        wait = chance.choice([0, 0, 400])
        at, waits = at + travel.seconds(here, there) + wait, waits + wait
        times[n][n in first] = at
        here, at = there, at + 45
        first.add(n)
    arrival = at + travel.seconds(here, ends[riders][1])
    slack = [chance.choice([-10, 0, 20, 60, 300]) for _ in range(4 * riders + 2)]
    requests = [
        Request(
            f"r{n}", *ends[n], max(0, times[n][0] - slack[n]), times[n][1] + slack[riders + n],
            latest_pickup=times[n][0] + slack[2 * riders + n] if chance.random() < 0.5 else None,
            max_ride_s=times[n][1] - times[n][0] + slack[3 * riders + n] - 45 if chance.random() < 0.4 else None,
            max_walk_m=chance.choice([0, 0, 1500]),
        )
        for n in range(riders)
    ]  # fmt: skip
    offer = Offer(
        "o0", *ends[riders], 0, arrival + slack[-1], seats=chance.randrange(1, 5),
        max_detour_s=max(0, arrival + slack[-2] - chance.randint(0, waits) - travel.seconds(*ends[riders])),
    )  # fmt: skip
    return Instance((offer,), tuple(requests), travel, meeting_points=(MeetingPoint("m0", place()),))
