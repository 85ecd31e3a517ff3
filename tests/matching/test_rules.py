"""Each rule at its edge: who just fits is taken, who misses by a second, a metre or a seat is left."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from matching import CommitmentBroken, Crowfly, Instance, MeetingPoint, Offer, Place, Request, check, solve
from matching.travel import walk_m, walk_s

HERE, MIDDLE, THERE = Place(52.30, 4.86), Place(52.335, 4.88), Place(52.37, 4.90)
ASIDE = Place(52.301, 4.85)  # a walk from HERE
BEYOND = Place(52.369, 4.91)  # a walk from THERE
BOARDING = 45
T = Crowfly().seconds
DIRECT = T(HERE, THERE)
VIA_MIDDLE = T(HERE, MIDDLE) + T(MIDDLE, THERE)
WALK_IN, WALK_OUT = walk_s(walk_m(ASIDE, HERE)), walk_s(walk_m(THERE, BEYOND))
LATE = 10_000
OFFER = Offer("o", HERE, THERE, 0, LATE, seats=2, max_detour_s=2 * BOARDING)
RIDER = Request("r", HERE, THERE, 0, LATE)
ASKS = {"requires": frozenset({"a"}), "traits": frozenset({"a"})}
HAS = {"traits": frozenset({"a"})}


def day(offer: dict[str, Any], *riders: dict[str, Any], **instance: Any) -> Instance:
    """One offer and riders from HERE to THERE, but for these changes."""
    requests = tuple(replace(RIDER, id=f"r{n}", **changes) for n, changes in enumerate(riders))
    return Instance((replace(OFFER, **offer),), requests, **instance)


def taken(instance: Instance) -> int:
    """Return how many riders the best plan takes; it keeps the rules, and nothing better exists."""
    plan = solve(instance)
    assert check(instance, plan) == []
    assert plan.bound == plan.score
    return sum(len(match.requests) for match in plan.matches)


POINTS = {"meeting_points": (MeetingPoint("in", HERE), MeetingPoint("out", THERE))}
WALKS = {"origin": ASIDE, "max_walk_m": 5000}
WALKS_OFF = {"destination": BEYOND, "max_walk_m": 5000}
TWO = {"max_detour_s": VIA_MIDDLE - DIRECT + 4 * BOARDING}
ASIDE_TO_THERE = T(ASIDE, MIDDLE) + T(MIDDLE, THERE)
THREE = {"max_detour_s": T(HERE, ASIDE) + ASIDE_TO_THERE - DIRECT + 6 * BOARDING, "seats": 3}
LONG_RIDE = ASIDE_TO_THERE + 2 * BOARDING
BOARDS_MIDWAY = {"origin": MIDDLE}
RIDE_WITH_STOP = VIA_MIDDLE + BOARDING
METRES = math.ceil(walk_m(ASIDE, HERE))
EDGES = {
    "seats": (2, day(TWO, {}, BOARDS_MIDWAY), day({**TWO, "seats": 1}, {}, BOARDS_MIDWAY)),
    "seats of a party": (1, day({}, {"seats": 2}), day({}, {"seats": 3})),
    "seats of a party that boards midway": (
        2,
        day({**TWO, "seats": 3}, {}, {**BOARDS_MIDWAY, "seats": 2}),
        day(TWO, {}, {**BOARDS_MIDWAY, "seats": 2}),
    ),
    "offer's latest arrival": (
        1,
        day({"latest_arrival": DIRECT + 2 * BOARDING}, {}),
        day({"latest_arrival": DIRECT + 2 * BOARDING - 1}, {}),
    ),
    "offer's earliest departure": (
        1,
        day({"earliest_departure": 100}, {"latest_arrival": 100 + BOARDING + DIRECT}),
        day({"earliest_departure": 101}, {"latest_arrival": 100 + BOARDING + DIRECT}),
    ),
    "detour": (1, day({"max_detour_s": 2 * BOARDING}, {}), day({"max_detour_s": 2 * BOARDING - 1}, {})),
    "detour with a wait": (
        2,
        day({**TWO, "max_detour_s": 700}, {"latest_pickup": 0}, {**BOARDS_MIDWAY, "earliest_departure": 1000}),
        day({**TWO, "max_detour_s": 300}, {"latest_pickup": 0}, {**BOARDS_MIDWAY, "earliest_departure": 1000}),
    ),
    "rider's earliest departure": (
        1,
        day({"latest_arrival": 500 + DIRECT + 2 * BOARDING}, {"earliest_departure": 500}),
        day({"latest_arrival": 500 + DIRECT + 2 * BOARDING}, {"earliest_departure": 501}),
    ),
    "rider's latest arrival": (
        1,
        day({}, {"latest_arrival": BOARDING + DIRECT}),
        day({}, {"latest_arrival": BOARDING + DIRECT - 1}),
    ),
    "latest pick-up": (
        1,
        day({"earliest_departure": 100}, {"latest_pickup": 100}),
        day({"earliest_departure": 100}, {"latest_pickup": 99}),
    ),
    "walk to the pick-up": (
        1,
        day({"latest_arrival": WALK_IN + DIRECT + 2 * BOARDING}, WALKS, **POINTS),
        day({"latest_arrival": WALK_IN + DIRECT + 2 * BOARDING - 1}, WALKS, **POINTS),
    ),
    "walk from the drop-off": (
        1,
        day({}, {**WALKS_OFF, "latest_arrival": BOARDING + DIRECT + WALK_OUT}, **POINTS),
        day({}, {**WALKS_OFF, "latest_arrival": BOARDING + DIRECT + WALK_OUT - 1}, **POINTS),
    ),
    "ride": (1, day({}, {"max_ride_s": DIRECT}), day({}, {"max_ride_s": DIRECT - 1})),
    "ride of who is aboard already": (
        2,
        day(TWO, {"max_ride_s": RIDE_WITH_STOP}, BOARDS_MIDWAY),
        day(TWO, {"max_ride_s": RIDE_WITH_STOP - 1}, BOARDS_MIDWAY),
    ),
    "ride of who is aboard with two others": (
        3,
        day(THREE, {"origin": ASIDE, "max_ride_s": LONG_RIDE}, BOARDS_MIDWAY, BOARDS_MIDWAY),
        day(THREE, {"origin": ASIDE, "max_ride_s": LONG_RIDE - 1}, BOARDS_MIDWAY, BOARDS_MIDWAY),
    ),
    "walk": (
        1,
        day({}, {**WALKS, "max_walk_m": METRES}, **POINTS),
        day({}, {**WALKS, "max_walk_m": METRES - 1}, **POINTS),
    ),
    "driver's requirements": (1, day(ASKS, HAS), day(ASKS, {})),
    "rider's requirements of the driver": (1, day(HAS, ASKS), day({}, ASKS)),
    "requirements between riders": (2, day({**TWO, **HAS}, ASKS, HAS), day({**TWO, **HAS}, ASKS, {})),
    "excluded driver": (1, day({}, {}), day({}, {}, excluded=frozenset({("o", "r0")}))),
    "excluded riders": (2, day(TWO, {}, {}), day(TWO, {}, {}, excluded=frozenset({("r1", "r0")}))),
    "either of driver and rider": (1, day({"either": "e"}, {"either": "f"}), day({"either": "e"}, {"either": "e"})),
    "either of two riders": (2, day(TWO, {"either": "e"}, {}), day(TWO, {"either": "e"}, {"either": "e"})),
}


@pytest.mark.parametrize("rule", EDGES)
def test_rule_holds_at_its_edge(rule: str) -> None:
    riders, within, beyond = EDGES[rule]
    assert taken(within) == riders
    assert taken(beyond) == riders - 1


def test_either_is_matched_once_in_two_cars() -> None:
    offers = tuple(replace(OFFER, id=f"o{n}", seats=1) for n in range(2))
    riders = tuple(replace(RIDER, id=f"r{n}", either="e") for n in range(2))
    assert taken(Instance(offers, riders)) == 1


def test_flexible_commuter_drives_or_rides() -> None:
    offers = (replace(OFFER, id="o0", either="e"), replace(OFFER, id="o1", seats=1))
    riders = (replace(RIDER, id="r0", either="e", priority_s=100), replace(RIDER, id="r1"), replace(RIDER, id="r2"))
    assert taken(Instance(offers, riders)) == 2  # drives one of the others; both ways would be worth 100 more


def test_return_is_matched_with_its_outward_trip_or_not_at_all() -> None:
    back = Request("back", THERE, HERE, 20_000, 30_000, return_of="r")
    home = Offer("home", THERE, HERE, 20_000, 30_000, seats=1, max_detour_s=2 * BOARDING)
    assert taken(Instance((OFFER,), (RIDER, back))) == 0
    assert taken(Instance((home,), (RIDER, back))) == 0
    assert taken(Instance((OFFER, home), (RIDER, back))) == 2


def test_committed_riders_ride_with_whom_they_were_promised() -> None:
    better = replace(OFFER, id="better")
    promised = replace(OFFER, committed=("r",), latest_arrival=5000)
    plan = solve(Instance((better, promised), (RIDER,), bonuses={("better", "r"): 500}))
    assert [(match.offer, match.requests) for match in plan.matches] == [("o", ("r",))]
    worthless = Instance((promised,), (replace(RIDER, priority_s=-20_000),))
    assert taken(worthless) == 1
    dear = replace(RIDER, id="dear", priority_s=20_000)
    plan = solve(Instance((replace(promised, seats=1),), (RIDER, dear)))
    assert [match.requests for match in plan.matches] == [("r",)]
    with pytest.raises(CommitmentBroken):
        solve(Instance((replace(promised, max_detour_s=0),), (RIDER,)))


def test_promise_is_kept_at_a_loss_while_others_go_out_and_back() -> None:
    promised = replace(OFFER, id="promised", seats=1, committed=("dear",))
    home = Offer("home", THERE, HERE, 20_000, 30_000, seats=1, max_detour_s=2 * BOARDING)
    dear = replace(RIDER, id="dear", priority_s=-20_000)
    back = Request("back", THERE, HERE, 20_000, 30_000, return_of="r")
    assert taken(Instance((promised, OFFER, home), (dear, RIDER, back))) == 3
    driver_would_rather_ride = replace(RIDER, either="e")
    promised = replace(promised, either="e")
    assert taken(Instance((promised, OFFER, home), (dear, driver_would_rather_ride, back))) == 1


def test_request_is_in_one_car_and_an_offer_drives_one() -> None:
    offers = tuple(replace(OFFER, id=f"o{n}") for n in range(2))
    assert taken(Instance(offers, (RIDER,))) == 1
    ways = tuple(Request(f"r{n}", HERE, THERE, n * 5000, 2000 + n * 5000) for n in range(2))
    assert taken(Instance((OFFER,), ways)) == 1
