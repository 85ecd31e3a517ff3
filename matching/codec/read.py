"""An instance of the matching problem from JSON values."""

from __future__ import annotations

from typing import Any

from matching.codec.fields import Fields, integer_at, kind_of, read_place, text_at
from matching.codec.references import check_pairs, check_trips
from matching.model import Instance, InvalidInstance, MeetingPoint, Offer, Request
from matching.travel import Crowfly

MAX_SEATS = 8


def instance_from_json(document: object) -> Instance:
    """Return the instance that a JSON document describes.

    Raises
    ------
    InvalidInstance
        At the first fault: a wrong type or range, a field that is missing or unknown, a time without an
        offset, a window that ends before it starts, an id that is double or names nothing.
    """
    fields = Fields(document, "")
    nothing: list[tuple[str, Any]] = []
    excluded = [_pair(*item) for item in fields.optional("excluded", lambda name: list(fields.items(name)), nothing)]
    bonuses = [_bonus(*item) for item in fields.optional("bonuses", lambda name: list(fields.items(name)), nothing)]
    instance = Instance(
        travel=fields.optional("travel", lambda name: _travel(Fields(fields.take(name), fields.at(name))), Crowfly()),
        boarding_s=fields.optional("boarding_s", lambda name: fields.integer(name, 0), 45),
        rider_value_s=fields.optional("rider_value_s", fields.integer, 3600),
        meeting_points=fields.optional(
            "meeting_points", lambda name: tuple(_meeting_point(Fields(v, p)) for p, v in fields.items(name)), ()
        ),
        offers=tuple(_offer(Fields(value, pointer)) for pointer, value in fields.items("offers")),
        requests=tuple(_request(Fields(value, pointer)) for pointer, value in fields.items("requests")),
        excluded=frozenset(pair for _, pair in excluded),
        bonuses={pair: bonus for _, pair, bonus in bonuses},
    )
    fields.done()
    check_trips(instance)
    check_pairs(instance, excluded, [(pointer, pair) for pointer, pair, _ in bonuses])
    return instance


def _travel(fields: Fields) -> Crowfly:
    model = fields.text("model")
    if model != "crowfly":
        raise InvalidInstance(fields.at("model"), f"{model!r} is no travel model of this matcher; it knows 'crowfly'")
    travel = Crowfly(
        circuity=fields.optional("circuity", lambda name: fields.number(name, 0.01, 100), 1.3),
        speed_kmh=fields.optional("speed_kmh", lambda name: fields.number(name, 0.1, 10_000), 35.0),
    )
    fields.done()
    return travel


def _meeting_point(fields: Fields) -> MeetingPoint:
    point = MeetingPoint(fields.text("id"), read_place(fields))
    fields.done()
    return point


def _window(fields: Fields) -> tuple[int, int]:
    earliest = fields.time("earliest_departure", round_up=True)
    latest = fields.time("latest_arrival", round_up=False)
    if latest < earliest:
        raise InvalidInstance(fields.at("latest_arrival"), "is before earliest_departure")
    return earliest, latest


def _traits(fields: Fields, name: str) -> frozenset[str]:
    return fields.optional(name, lambda given: frozenset(fields.texts(given)), frozenset())


def _offer(fields: Fields) -> Offer:
    earliest, latest = _window(fields)
    offer = Offer(
        id=fields.text("id"),
        either=fields.optional("either", fields.text, None),
        origin=fields.place("origin"),
        destination=fields.place("destination"),
        earliest_departure=earliest,
        latest_arrival=latest,
        seats=fields.integer("seats", 1, MAX_SEATS),
        max_detour_s=fields.integer("max_detour_s", 0),
        traits=_traits(fields, "traits"),
        requires=_traits(fields, "requires"),
        committed=fields.optional("committed", fields.texts, ()),
    )
    fields.done()
    return offer


def _request(fields: Fields) -> Request:
    earliest, latest = _window(fields)
    request = Request(
        id=fields.text("id"),
        either=fields.optional("either", fields.text, None),
        origin=fields.place("origin"),
        destination=fields.place("destination"),
        earliest_departure=earliest,
        latest_arrival=latest,
        seats=fields.optional("seats", lambda name: fields.integer(name, 1, MAX_SEATS), 1),
        max_ride_s=fields.optional("max_ride_s", lambda name: fields.integer(name, 0), None),
        max_walk_m=fields.optional("max_walk_m", lambda name: fields.integer(name, 0), 0),
        latest_pickup=fields.optional("latest_pickup", lambda name: fields.time(name, round_up=False), None),
        priority_s=fields.optional("priority_s", fields.integer, 0),
        traits=_traits(fields, "traits"),
        requires=_traits(fields, "requires"),
        return_of=fields.optional("return_of", fields.text, None),
    )
    fields.done()
    return request


def _array_of(value: Any, pointer: str, size: int, words: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidInstance(pointer, f"must be {words}, not {kind_of(value)}")
    if len(value) != size:
        raise InvalidInstance(pointer, f"must be {words}, not an array of {len(value)}")
    return value


def _pair(pointer: str, value: Any) -> tuple[str, tuple[str, str]]:
    first, second = _array_of(value, pointer, 2, "an array of two trip ids")
    return pointer, (text_at(first, f"{pointer}/0"), text_at(second, f"{pointer}/1"))


def _bonus(pointer: str, value: Any) -> tuple[str, tuple[str, str], int]:
    """Return one bonus; of several for one pair the last holds."""
    offer, request, bonus = _array_of(value, pointer, 3, "an array of an offer's id, a request's id and seconds")
    pair = text_at(offer, f"{pointer}/0"), text_at(request, f"{pointer}/1")
    return pointer, pair, integer_at(bonus, f"{pointer}/2")
