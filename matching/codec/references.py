"""Whether the ids of an instance are unique and name what they should."""

from __future__ import annotations

from collections.abc import Iterable

from matching.model import Instance, InvalidInstance


def check_trips(instance: Instance) -> None:
    """Refuse double ids, and commitments and returns of trips that are not there.

    Raises
    ------
    InvalidInstance
        With the pointer of the trip at fault.
    """
    _unique(instance)
    requests = {request.id for request in instance.requests}
    _committed(instance, requests)
    _returns(instance, requests)


def check_pairs(
    instance: Instance, excluded: Iterable[tuple[str, tuple[str, str]]], bonuses: Iterable[tuple[str, tuple[str, str]]]
) -> None:
    """Refuse excluded pairs and bonuses of trips that are not there; each comes with its pointer.

    Raises
    ------
    InvalidInstance
        With the pointer of the id at fault.
    """
    offers = {offer.id for offer in instance.offers}
    requests = {request.id for request in instance.requests}
    for pointer, pair in excluded:
        for n, trip in enumerate(pair):
            if trip not in offers and trip not in requests:
                raise InvalidInstance(f"{pointer}/{n}", f"{trip!r} is no trip of this instance")
        if pair[0] == pair[1]:
            raise InvalidInstance(f"{pointer}/1", "a trip cannot be excluded from itself")
    for pointer, (offer, request) in bonuses:
        if offer not in offers:
            raise InvalidInstance(f"{pointer}/0", f"{offer!r} is no offer of this instance")
        if request not in requests:
            raise InvalidInstance(f"{pointer}/1", f"{request!r} is no request of this instance")


def _unique(instance: Instance) -> None:
    seen: dict[str, str] = {}
    named = [(f"/offers/{n}/id", offer.id) for n, offer in enumerate(instance.offers)]
    named += [(f"/requests/{n}/id", request.id) for n, request in enumerate(instance.requests)]
    for pointer, trip in named:
        if trip in seen:
            raise InvalidInstance(pointer, f"{trip!r} is already the id at {seen[trip]}")
        seen[trip] = pointer
    points: set[str] = set()
    for n, point in enumerate(instance.meeting_points):
        if point.id in points:
            raise InvalidInstance(f"/meeting_points/{n}/id", f"{point.id!r} is already a meeting point's id")
        points.add(point.id)


def _committed(instance: Instance, requests: set[str]) -> None:
    driver: dict[str, str] = {}
    for n, offer in enumerate(instance.offers):
        for k, request in enumerate(offer.committed):
            pointer = f"/offers/{n}/committed/{k}"
            if request not in requests:
                raise InvalidInstance(pointer, f"{request!r} is no request of this instance")
            if request in driver:
                raise InvalidInstance(pointer, f"{request!r} is already committed to {driver[request]!r}")
            driver[request] = offer.id


def _returns(instance: Instance, requests: set[str]) -> None:
    for n, request in enumerate(instance.requests):
        pointer = f"/requests/{n}/return_of"
        if request.return_of == request.id:
            raise InvalidInstance(pointer, "a trip cannot be its own return")
        if request.return_of is not None and request.return_of not in requests:
            raise InvalidInstance(pointer, f"{request.return_of!r} is no request of this instance")
