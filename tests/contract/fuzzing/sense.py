"""What makes sense of a case that was drawn: nothing that contradicts the rest or the world; and walks that lead on."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, datetime
from typing import Any

from schemathesis.generation.case import Case
from schemathesis.generation.meta import TestPhase

from tests.contract.fuzzing.seeds import NOWHERE
from tests.factories import offer_body, tomorrow

_BODY = tomorrow(offer_body())
_TRIP = {name: _BODY[name] for name in ("origin", "destination", "earliest_departure", "latest_arrival")}
_TAKEN: dict[str, dict[str, Any]] = {  # what a walk begins with is taken, or it leads nowhere
    "POST /v1/offers": _TRIP, "POST /v1/requests": _TRIP, "POST /v1/partners": {"name": "walked"},
    "POST /v1/webhook-endpoints": {"url": NOWHERE},
}  # fmt: skip
_GOING = ("proposed", "confirmed", "under_way")
_OF_TRIP = {"communities", "metadata", "traits", "requires", "seats"}
_OF_SERIES = {*_OF_TRIP, "either", "external_id", "vehicle", "max_detour_s", "max_walk_m", "max_ride_s"}
_AMENDED = {  # what is left of a change, by what is changed
    "PATCH /v1/offers/{trip_id}": _OF_TRIP, "PATCH /v1/requests/{trip_id}": _OF_TRIP,
    "PATCH /v1/series/{series_id}": _OF_SERIES,
}  # fmt: skip


def make_fruitful(case: Case, cursors: Container[str]) -> None:
    """Have a list find something: with some filters at once, or from a place that was made up, it does not.

    In a walk it is one that leads on: to the rest of it from one of the `cursors` there were, or to rides under way.
    """
    filters = dict(case.query or {})
    walks = in_walk(case)
    number = len(str(filters))
    if walks and filters.get("cursor") in cursors:
        case.query = {"cursor": filters["cursor"]}
    elif walks and number % 4:
        case.query = {"limit": 1}
        if case.operation.label == "GET /v1/matches":
            case.query["status"] = _GOING[number % len(_GOING)]
    elif filters and number % 4:
        case.query = {}


def make_sensible(case: Case, body: dict[str, Any], seeds: dict[str, Any]) -> None:
    """Leave out of a body what contradicts the rest of it, or what there is already."""
    operation = case.operation.label
    if operation.endswith("/redeliver"):
        body.clear()
        body["event_ids"] = seeds["values"]["event"][:2]
    if operation.endswith("/reports"):
        body["match_id"] = seeds["values"]["get"][0]
    if operation.endswith("/position"):
        body["at"] = datetime.now(UTC).isoformat()
    if in_walk(case):
        body |= _TAKEN.get(operation, {})
        if "commuter_id" in body:  # somebody who is known
            body["commuter_id"] = seeds["values"]["commuter"][len(str(body)) % len(seeds["values"]["commuter"])]
    if operation in _AMENDED:
        for fixed in body.keys() - _AMENDED[operation]:
            del body[fixed]
    if operation.startswith("PATCH /v1/series/"):
        _have_series(case, list(seeds["kinds"]), len(str(body)))


def _have_series(case: Case, series: list[str], number: int) -> None:
    """Have all of a series changed that there is; along a link, of the one that it leads to."""
    case.query = {}
    if not in_walk(case) and case.path_parameters:
        case.path_parameters["series_id"] = series[number % len(series)]
        case.headers.pop("If-Match", None)


def in_walk(case: Case) -> bool:
    """Say whether a case is of a walk along links."""
    return case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL


def parameters_of(case: Case) -> set[str]:
    """Return what the operation of a case takes beside a body."""
    return {parameter["name"] for parameter in case.operation.definition.raw.get("parameters", [])}


def whole(value: Any) -> Any:
    """Return a JSON value with its whole numbers as integers."""
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
