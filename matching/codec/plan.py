"""A plan to JSON values and back."""

from __future__ import annotations

from typing import Any, cast

from matching.codec.certificate import certificate_to_json, read_certificate
from matching.codec.fields import Fields, number_at, read_place
from matching.codec.times import format_time
from matching.codec.write import place_to_json
from matching.model import BoundScope, InvalidInstance, Match, Plan, Stop, StopKind

_STOP_KINDS = ("depart", "pickup", "dropoff", "arrive")
_SCOPES = ("complete", "restricted")
_MAX_SCORE = 10**15


def plan_to_json(plan: Plan, *, certificate: bool = False) -> dict[str, Any]:
    """Return the JSON document of a plan, its times in UTC, with the duals behind its bound if asked for."""
    document: dict[str, Any] = {
        "matches": [_match_to_json(match) for match in plan.matches],
        "score": plan.score,
        "bound": plan.bound,
        "bound_scope": plan.bound_scope,
        "timing_s": dict(plan.timing_s),
    }
    if certificate and plan.certificate is not None:
        document["certificate"] = certificate_to_json(plan.certificate)
    return document


def plan_from_json(document: object) -> Plan:
    """Return the plan that a JSON document describes; whether it is a good one is for ``check`` to say.

    Raises
    ------
    InvalidInstance
        At the first fault of type or form, with its pointer.
    """
    fields = Fields(document, "")
    plan = Plan(
        matches=tuple(_match(Fields(value, pointer)) for pointer, value in fields.items("matches")),
        score=fields.integer("score", -_MAX_SCORE, _MAX_SCORE),
        bound=fields.integer("bound", -_MAX_SCORE, _MAX_SCORE),
        bound_scope=cast("BoundScope", _word(fields, "bound_scope", _SCOPES)),
        timing_s=fields.optional("timing_s", lambda name: _timing(fields, name), {}),
        certificate=fields.optional(
            "certificate", lambda name: read_certificate(Fields(fields.take(name), fields.at(name))), None
        ),
    )
    fields.done()
    return plan


def _match_to_json(match: Match) -> dict[str, Any]:
    return {
        "offer": match.offer,
        "requests": list(match.requests),
        "stops": [_stop_to_json(stop) for stop in match.stops],
        "detour_s": match.detour_s,
        "saved_s": match.saved_s,
    }


def _stop_to_json(stop: Stop) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": stop.kind, "at": format_time(stop.at), **place_to_json(stop.place)}
    if stop.request is not None:
        document |= {"request": stop.request, "meeting_point": stop.meeting_point}
    return document


def _match(fields: Fields) -> Match:
    match = Match(
        offer=fields.text("offer"),
        requests=fields.texts("requests"),
        stops=tuple(_stop(Fields(value, pointer)) for pointer, value in fields.items("stops")),
        detour_s=fields.integer("detour_s"),
        saved_s=fields.integer("saved_s"),
    )
    fields.done()
    return match


def _stop(fields: Fields) -> Stop:
    stop = Stop(
        kind=cast("StopKind", _word(fields, "kind", _STOP_KINDS)),
        at=fields.time("at", round_up=False),
        place=read_place(fields),
        request=fields.optional("request", fields.text, None),
        meeting_point=fields.optional("meeting_point", fields.text, None),
    )
    fields.done()
    return stop


def _word(fields: Fields, name: str, words: tuple[str, ...]) -> str:
    value = fields.text(name)
    if value not in words:
        raise InvalidInstance(fields.at(name), f"must be one of {', '.join(words)}, not {value!r}")
    return value


def _timing(fields: Fields, name: str) -> dict[str, float]:
    stages = fields.take(name)
    inner = Fields(stages, fields.at(name))
    return {stage: number_at(value, inner.at(stage), 0, 10**9) for stage, value in stages.items()}
