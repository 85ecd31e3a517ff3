"""OR-Tools' routing library: pick-ups and deliveries with windows, each left out at the price of its value.

The objective is ours: an idle driver's own trip counts, so that driving is what joining adds. Each match's detour, the
rides' limits and seats are exact; who gets along with the driver too. Riders who don't get along with each other,
bonuses and meeting points are not told. One thread; local search until the limit.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from loadtests.matchers import distances
from loadtests.matchers.answers import Answer, NoPlan, plan_cars
from loadtests.matchers.cars import Visit, get_along
from loadtests.matchers.methods import ROUTING_LIMIT_S
from matching import Instance, Offer, Request

_MUST = 10**9  # the price of leaving a committed rider out


def warm_up() -> None:
    """Compile what is compiled."""
    distances.warm_up()


def run(instance: Instance, limit_s: float | None) -> Answer:
    """Return the plan found within the limit, a minute where there is none: the search never ends by itself."""
    start = time.perf_counter()
    limit_s = limit_s or ROUTING_LIMIT_S
    model = _Model(instance)
    built = time.perf_counter()
    cars = model.search(max(0.1, limit_s - (built - start)))
    searched = time.perf_counter()
    plan, mended = plan_cars(instance, cars)
    stages = {"model": built - start, "search": searched - built, "plan": time.perf_counter() - searched}
    return Answer(plan, stages, mended=mended)


class _Model:
    """The instance as a routing model; nodes are origin and destination of each offer, then of each request."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._first = 2 * len(instance.offers)
        starts = list(range(0, self._first, 2))
        nodes = self._first + 2 * len(instance.requests)
        self._drive_s = distances.matrix_s(instance, distances.own_places(instance)).astype(np.int64)
        self._manager = pywrapcp.RoutingIndexManager(nodes, len(starts), starts, [node + 1 for node in starts])
        self._model = pywrapcp.RoutingModel(self._manager)
        self._base = min(trip.earliest_departure for trip in instance.trips)
        self._until = max(trip.latest_arrival for trip in instance.trips) - self._base
        self._count_driving()
        self._time = self._keep_time()
        self._keep_seats()
        for number, request in enumerate(instance.requests):
            self._offer_ride(number, request)
        self._coupled = self._couple()

    def _count_driving(self) -> None:
        arcs = self._model.RegisterTransitMatrix(self._drive_s.tolist())
        self._model.SetArcCostEvaluatorOfAllVehicles(arcs)
        for car in range(len(self._instance.offers)):
            self._model.SetVehicleUsedWhenEmpty(True, car)

    def _keep_time(self) -> Any:
        """Return the dimension of time; boarding is part of the way onward, waiting is slack."""
        way_s = self._drive_s.copy()
        way_s[self._first :] += self._instance.boarding_s
        ways = self._model.RegisterTransitMatrix(way_s.tolist())
        self._model.AddDimension(ways, self._until, self._until, False, "time")
        dimension = self._model.GetDimensionOrDie("time")
        for car, offer in enumerate(self._instance.offers):
            own_s = int(self._drive_s[2 * car, 2 * car + 1])
            dimension.SetSpanUpperBoundForVehicle(own_s + offer.max_detour_s, car)
            first, last = self._model.Start(car), self._model.End(car)
            dimension.CumulVar(first).SetMin(offer.earliest_departure - self._base)
            dimension.CumulVar(last).SetMax(offer.latest_arrival - self._base)
        return dimension

    def _keep_seats(self) -> None:
        seats = [0] * self._first
        for request in self._instance.requests:
            seats += [request.seats, -request.seats]
        taken = self._model.RegisterUnaryTransitVector(seats)
        room = [offer.seats for offer in self._instance.offers]
        self._model.AddDimensionWithVehicleCapacity(taken, 0, room, True, "seats")

    def _offer_ride(self, number: int, request: Request) -> None:
        model, instance = self._model, self._instance
        pickup = self._manager.NodeToIndex(self._first + 2 * number)
        dropoff = self._manager.NodeToIndex(self._first + 2 * number + 1)
        ride_s = int(self._drive_s[self._first + 2 * number, self._first + 2 * number + 1])
        home = [car for car, offer in enumerate(instance.offers) if request.id in offer.committed]
        worth = _MUST if home else instance.rider_value_s + request.priority_s + ride_s
        model.AddDisjunction([pickup], worth)
        model.AddDisjunction([dropoff], 0)
        model.AddPickupAndDelivery(pickup, dropoff)
        on, off = self._time.CumulVar(pickup), self._time.CumulVar(dropoff)
        solver = model.solver()
        solver.Add(model.VehicleVar(pickup) == model.VehicleVar(dropoff))
        solver.Add(on <= off)
        if request.max_ride_s is not None:
            solver.Add(off - on <= request.max_ride_s + instance.boarding_s)
        last_pickup = request.latest_arrival if request.latest_pickup is None else request.latest_pickup
        on.SetRange(request.earliest_departure - self._base, last_pickup - self._base)
        off.SetRange(request.earliest_departure - self._base, request.latest_arrival - self._base)
        cars = home or [car for car, offer in enumerate(instance.offers) if get_along(instance, offer, request)]
        if len(cars) < len(instance.offers):
            for index in (pickup, dropoff):
                model.VehicleVar(index).SetValues([-1, *cars])  # -1: left out

    def _couple(self) -> bool:
        """Match both or neither of a request and its return, one of those who share an either; say if there are any."""
        model, solver = self._model, self._model.solver()
        on = {
            request.id: model.ActiveVar(self._manager.NodeToIndex(self._first + 2 * number))
            for number, request in enumerate(self._instance.requests)
        }
        returns = [(r.id, r.return_of) for r in self._instance.requests if r.return_of is not None]
        for back, out in returns:
            solver.Add(on[back] == on[out])
        either: dict[str, list[Any]] = {}
        for car, offer in enumerate(self._instance.offers):
            if offer.either is not None:
                either.setdefault(offer.either, []).append(model.NextVar(model.Start(car)) != model.End(car))
        for request in self._instance.requests:
            if request.either is not None:
                either.setdefault(request.either, []).append(on[request.id])
        for chosen in either.values():
            solver.Add(solver.Sum(chosen) <= 1)
        return bool(returns or either)

    def search(self, limit_s: float) -> list[tuple[Offer, list[Visit]]]:
        """Return the cars of the best solution found within the limit."""
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromTimedelta(timedelta(seconds=limit_s))
        if not self._coupled:
            solution = self._model.SolveWithParameters(parameters)
        else:  # which the first heuristics don't know, and so find nothing: start from empty cars
            self._model.CloseModelWithParameters(parameters)
            empty = self._model.ReadAssignmentFromRoutes([[] for _ in self._instance.offers], True)
            solution = self._model.SolveFromAssignmentWithParameters(empty, parameters)
        if solution is None:
            raise NoPlan(f"no plan within {limit_s:.0f} s")
        return [(offer, self._visits(solution, car)) for car, offer in enumerate(self._instance.offers)]

    def _visits(self, solution: Any, car: int) -> list[Visit]:
        visits = []
        index = solution.Value(self._model.NextVar(self._model.Start(car)))
        while not self._model.IsEnd(index):
            place = self._manager.IndexToNode(index) - self._first
            visits.append(Visit(self._instance.requests[place // 2], place % 2 == 0))
            index = solution.Value(self._model.NextVar(index))
        return visits
