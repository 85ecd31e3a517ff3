"""What makes sense of a case that was drawn: what contradicts the rest of it, or the world, is left out."""

from __future__ import annotations

from typing import Any

from schemathesis.generation.case import Case
from schemathesis.generation.meta import TestPhase

_AMENDED = {  # what is left of a change, by what is changed
    "PATCH /v1/offers/{trip_id}": {"communities", "metadata", "traits", "requires", "seats"},
    "PATCH /v1/requests/{trip_id}": {"communities", "metadata", "traits", "requires", "seats"},
    "PATCH /v1/series/{series_id}": {
        "communities", "metadata", "traits", "requires", "seats", "either", "external_id", "vehicle", "max_detour_s",
        "max_walk_m", "max_ride_s",
    },
}  # fmt: skip


def make_sensible(case: Case, body: dict[str, Any], seeds: dict[str, Any]) -> None:
    """Leave out of a body what contradicts the rest of it, or what there is already."""
    operation = case.operation.label
    if operation.endswith("/redeliver"):
        body.clear()
        body["event_ids"] = seeds["values"]["event"][:2]
    if operation in _AMENDED:
        for fixed in body.keys() - _AMENDED[operation]:
            del body[fixed]
    if operation.startswith("PATCH /v1/series/"):
        _have_series(case, list(seeds["kinds"]), len(str(body)))


def _have_series(case: Case, series: list[str], number: int) -> None:
    """Have all of a series changed that there is; along a link, of the one that it leads to."""
    case.query = {}
    if case.meta is not None and case.meta.phase.name != TestPhase.STATEFUL and case.path_parameters:
        case.path_parameters["series_id"] = series[number % len(series)]
        case.headers.pop("If-Match", None)


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
