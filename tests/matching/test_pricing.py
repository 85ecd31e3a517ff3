"""Pricing against all cars tried: what a car's best column earns at drawn prices, and the columns it finds."""

from __future__ import annotations

import math
import random
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from matching import Instance, Offer, Place, Request
from matching.candidates import Pairs, feasible_pairs
from matching.columns import Pricer
from matching.cuts import charges_of
from matching.duals import Prices
from matching.milp import F64
from matching.shared import make_shared
from matching.tables import R_WORTH, Tables, build_tables
from matching.workspace import HEAD
from tests.matching.brute import feasible_cars

KEEP = 12
ALL = 1 << 60  # orders of stops: no limit on the work


class Market(NamedTuple):
    """Vans that could carry many riders, and all that they can carry: the value of each set of riders, by van."""

    tables: Tables
    pairs: Pairs
    pricer: Pricer
    values: list[dict[frozenset[int], int]]


@cache
def draw_market(seed: int) -> Market:
    """Two vans and nine riders who all go the same way at the same time, so that dozens of sets fit."""
    chance = random.Random(seed)

    def near(lat: float, lon: float) -> Place:
        return Place(lat=lat + chance.uniform(-0.015, 0.015), lon=lon + chance.uniform(-0.02, 0.02))

    def window(low: int, high: int) -> tuple[int, int]:
        earliest = chance.randrange(0, 900)
        return earliest, earliest + chance.randrange(low, high)

    offers = tuple(
        Offer(
            f"o{n}",
            near(52.30, 4.86),
            near(52.37, 4.90),
            *window(2400, 4200),
            seats=chance.choice([4, 6, 8]),
            max_detour_s=chance.randrange(600, 1200),
        )
        for n in range(2)
    )
    requests = tuple(
        Request(
            f"r{n}",
            near(52.31, 4.87),
            near(52.36, 4.89),
            *window(1500, 3000),
            either="e" if n in {3, 4} else None,
            max_ride_s=chance.randrange(900, 2400) if chance.random() < 0.08 else None,
        )
        for n in range(9)
    )
    both = [(o.id, r.id) for o in offers for r in requests]
    instance = Instance(
        offers,
        requests,
        boarding_s=chance.choice([20, 45]),
        bonuses={pair: chance.randrange(-600, 600) for pair in chance.sample(both, 4)},
        excluded=frozenset(chance.sample([("r0", "r1"), ("o0", "r2")], 1)),
    )
    tables = build_tables(instance)
    pairs = feasible_pairs(tables)
    values: list[dict[frozenset[int], int]] = [{} for _ in offers]
    for car in feasible_cars(instance, 200_000):
        values[int(car.offer[1:])][frozenset(int(rider[1:]) for rider in car.riders)] = car.score
    return Market(tables, pairs, Pricer(tables, pairs, make_shared(np.diff(pairs.ptr)), KEEP), values)


def draw_prices(market: Market, chance: random.Random) -> Prices:
    """Prices around what riders are worth, some below 0, as the returns' may be; in the steps that duals have."""
    low = chance.choice([0.6, 0.85, 0.95])
    worth = market.tables.trips.requests[:, R_WORTH]
    request = [round(w * chance.uniform(low, 1.02) * 256) / 256 for w in worth]
    if chance.random() < 0.3:
        request[chance.randrange(len(request))] *= -0.25
    fare = [float(chance.randrange(0, 300)) for _ in market.tables.trips.offers]
    offers, requests = len(fare), len(request)
    cuts = [sorted(chance.sample(range(offers + requests), 3)) for _ in range(chance.choice([0, 1, 8]))]
    dual = [chance.randrange(600 * 256) / 256 for _ in cuts]
    charges = charges_of(np.array(cuts, np.int64).reshape(-1, 3), np.array(dual), offers, requests)
    return Prices(np.array(request), np.array(fare), 0.0, charges)


def draw_floors(market: Market, chance: random.Random) -> F64:
    return np.array([chance.choice([0.0, 0.0, 100.0, -150.0]) for _ in market.values])


def gains_tried(market: Market, prices: Prices, car: int) -> dict[frozenset[int], float]:
    """What each set of riders that a car can carry earns at the prices."""
    return {
        riders: float(value - prices.fare[car] - sum(prices.request[r] for r in riders) - charged(prices, car, riders))
        for riders, value in market.values[car].items()
    }


def charged(prices: Prices, car: int, riders: frozenset[int]) -> float:
    """What cuts charge a car with these riders: the dual of each that it holds two or more trips of."""
    trips = {car, *(len(prices.fare) + rider for rider in riders)}
    cuts = zip(prices.charges.trips.tolist(), prices.charges.dual.tolist(), strict=True)
    return sum(dual for cut, dual in cuts if len(trips.intersection(cut)) > 1)


def who_pay(market: Market, prices: Prices, car: int, least: float) -> set[int]:
    """The riders whose worth and bonus are above their price by more than ``least``."""
    rows = market.pairs.rows[market.pairs.ptr[car] : market.pairs.ptr[car + 1]].tolist()
    worth = market.tables.trips.requests[:, R_WORTH]
    return {rider for _, rider, _, bonus in rows if worth[rider] + bonus - prices.request[rider] > least}


MARKETS = (2, 3, 6, 8, 10, 16, 18, 19)  # dense ones, that can still be tried in a second or two


@pytest.mark.parametrize("seed", MARKETS)
def test_best_and_columns_are_those_of_all_cars_tried(seed: int) -> None:
    market, chance = draw_market(seed), random.Random(seed)
    assert max(len(riders) for values in market.values for riders in values) >= 4
    for _ in range(40):
        prices, floors = draw_prices(market, chance), draw_floors(market, chance)
        priced = market.pricer.price(prices, floors, ALL)
        for car, floor in enumerate(floors.tolist()):
            tried = gains_tried(market, prices, car)
            assert max(priced.best[car], floor) == max(*tried.values(), floor)
            columns = priced.columns[priced.columns[:, 0] == car]
            found = {frozenset(row[HEAD : HEAD + row[2]].tolist()): int(row[1]) for row in columns}
            assert found.items() <= market.values[car].items()
            # Whoever pays nothing, and brings less than the floor, makes no car better: these need not be found.
            useful = who_pay(market, prices, car, min(floor, 0.0))
            wanted = sorted((gain for riders, gain in tried.items() if riders <= useful and gain > floor), reverse=True)
            assert sorted((tried[riders] for riders in found), reverse=True) == wanted[:KEEP]


@pytest.mark.parametrize("seed", MARKETS)
def test_a_car_that_is_barely_above_the_floor_is_found(seed: int) -> None:
    market, chance = draw_market(seed), random.Random(seed)
    for _ in range(40):
        prices = draw_prices(market, chance)
        most = [max(gains_tried(market, prices, car).values()) for car in range(len(market.values))]
        priced = market.pricer.price(prices, np.array(most) - 0.5, ALL)
        assert priced.best.tolist() == most


@pytest.mark.parametrize("seed", MARKETS)
@pytest.mark.parametrize("work", [0, 30, 200, 1_000])
def test_best_is_never_too_low_where_work_is_limited(seed: int, work: int) -> None:
    market, chance = draw_market(seed), random.Random(seed)
    for _ in range(10):
        prices, floors = draw_prices(market, chance), draw_floors(market, chance)
        priced = market.pricer.price(prices, floors, work)
        for car, floor in enumerate(floors.tolist()):
            assert max(priced.best[car], floor) >= max(gains_tried(market, prices, car).values())


def test_all_sets_are_found_where_the_floor_is_open() -> None:
    market = draw_market(MARKETS[0])
    priced = market.pricer.keeping(2_000).price(draw_prices(market, random.Random(3)), -math.inf, ALL)
    assert priced.everything
    for car, values in enumerate(market.values):
        found = {frozenset(row[HEAD : HEAD + row[2]].tolist()) for row in priced.columns if row[0] == car}
        assert found == set(values)


def test_riders_join_on_the_way_of_a_car_that_may_drive_no_longer() -> None:
    here, there = Place(lat=52.30, lon=4.86), Place(lat=52.37, lon=4.90)
    riders = tuple(Request(f"r{n}", here, there, 0, 4000) for n in range(2))
    instance = Instance((Offer("o", here, there, 0, 4000, seats=2, max_detour_s=0),), riders, boarding_s=0)
    tables = build_tables(instance)
    pairs = feasible_pairs(tables)
    paid = Prices(tables.trips.requests[:, R_WORTH] - 100.0, np.array([199.0]), 0.0)  # which two are just worth
    priced = Pricer(tables, pairs, make_shared(np.diff(pairs.ptr)), KEEP).price(paid, 0.0, ALL)
    assert priced.best.tolist() == [1.0]
    assert [sorted(row[HEAD : HEAD + row[2]].tolist()) for row in priced.columns] == [[0, 1]]
