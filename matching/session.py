"""Batch after batch of one market: each run starts from what the run before left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import replace

from matching.budget import Budget, Clock, Progress
from matching.kept import Kept
from matching.model import Instance, MatchingError, Offer, Plan, Request
from matching.parts import Parts
from matching.solve import run


class UnknownTrip(MatchingError):
    """A trip is named that the session does not have."""

    def __init__(self, trip: str, named_by: str) -> None:
        super().__init__(f"{named_by} names trip {trip}, which is not there; add it, or change what names it")
        self.trip = trip
        self.named_by = named_by


class Session:
    """Solves one instance after another that share most of their trips, each from where the one before ended.

    A plan keeps the rules and its bound holds as with :func:`matching.solve`; only the time differs. Feasible pairs,
    what is known of two riders in a car, columns, prices and the plan are taken over for trips that are equal to those
    before; prices and cuts also for trips that changed under their id. Where travel, boarding, a rider's value or a
    meeting point changes, prices and cuts alone are.

    Between runs it keeps the last instance, its feasible pairs (32 bytes each), 60 columns a car (104 bytes each), and
    up to 80 MB about pairs of riders. It is not for several threads at once.

    Parameters
    ----------
    instance
        The trips to start from, none by default.
    seed
        Of the search's random choices.
    executor, parts
        Threads that share the work, and how large instances are cut, as for :func:`matching.solve`.
    """

    def __init__(
        self,
        instance: Instance | None = None,
        *,
        seed: int = 0,
        executor: Executor | None = None,
        parts: Parts | None = None,
    ) -> None:
        self.instance = instance or Instance((), ())
        self._seed = seed
        self._executor = executor
        self._parts = parts
        self._kept: Kept | None = None

    def update(self, added: Iterable[Offer | Request] = (), removed: Iterable[str] = ()) -> None:
        """Take trips out and in; one that is added takes the place of the one with its id.

        Exclusions and bonuses of trips that are gone go with them.

        Raises
        ------
        UnknownTrip
            If a trip to remove is not there, or one that stays names one that is not: a return its outward trip, an
            offer a committed request. Nothing is changed then.
        """
        trips = {trip.id: trip for trip in self.instance.trips}
        for id_ in removed:
            if trips.pop(id_, None) is None:
                raise UnknownTrip(id_, "the removal")
        trips.update((trip.id, trip) for trip in added)
        offers = tuple(trip for trip in trips.values() if isinstance(trip, Offer))
        requests = tuple(trip for trip in trips.values() if isinstance(trip, Request))
        _check_names(offers, requests)
        self.instance = replace(
            self.instance,
            offers=offers,
            requests=requests,
            excluded=frozenset(pair for pair in self.instance.excluded if trips.keys() >= set(pair)),
            bonuses={pair: bonus for pair, bonus in self.instance.bonuses.items() if trips.keys() >= set(pair)},
        )

    def solve(
        self,
        instance: Instance | None = None,
        budget: Budget | None = None,
        *,
        progress: Callable[[Progress], None] | None = None,
        clock: Clock | None = None,
    ) -> Plan:
        """Return the best plan found for the trips at hand, or for a whole instance, which takes their place.

        Parameters and errors are those of :func:`matching.solve`.
        """
        if instance is not None:
            self.instance = instance
        kept, self._kept = self._kept, None  # a run that fails leaves nothing behind
        plan, self._kept = run(
            self.instance,
            kept,
            budget,
            self._seed,
            progress=progress,
            clock=clock,
            executor=self._executor,
            parts=self._parts,
        )
        return plan


def _check_names(offers: Iterable[Offer], requests: Iterable[Request]) -> None:
    requests = tuple(requests)
    known = {request.id for request in requests}
    named = [(offer.id, id_) for offer in offers for id_ in offer.committed]
    named += [(request.id, request.return_of) for request in requests if request.return_of is not None]
    for by, id_ in named:
        if id_ not in known:
            raise UnknownTrip(id_, by)
