"""What schemathesis does beside what it is told: whose trip a match takes, what is a fault, what was answered."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import schemathesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckContext
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import (
    EnsureResourceAvailability,
    JsonSchemaError,
    RejectedPositiveData,
    UseAfterFree,
)

from tests.contract.fuzzing.sense import make_fruitful, make_sensible, parameters_of, whole
from tests.contract.fuzzing.verdicts import is_good_after_all, is_unsaid, stays_when_over

_FOLDER = Path(os.environ["FUZZ_FOLDER"])
_SEEDS: dict[str, Any] = json.loads((_FOLDER / "seeds.json").read_text())
_TRIPS: dict[str, dict[str, str]] = _SEEDS["trips"]
_OWN_PARTNER = _SEEDS["values"]["own"][0]
_ANSWERED = (_FOLDER / "answered.txt").open("a")
_FOLLOWED = (_FOLDER / "followed.txt").open("a")
_GONE: set[str] = set()  # or it may be: what an answer repeats, and what was of somebody who was erased
_OWNERS: dict[str, str] = {}  # by trip, whose it is
_CURSORS: set[str] = set()  # that pages ended with
_OF_DRIVER = ("start", "complete", "delay", "cancel", "position")
# Hypothesis would also hunt for the slowest answers, which takes minutes of an operation and finds no fault.
settings.register_profile("fuzz", phases=(Phase.explicit, Phase.generate, Phase.shrink))
settings.load_profile("fuzz")
_LINES = st.sampled_from([{"kind": "offer"}, {"kind": "request"}, {"kind": 1}, [], "no trip"]).map(json.dumps)
schemathesis.openapi.media_type(
    "application/x-ndjson", st.lists(_LINES, min_size=1, max_size=3).map(lambda lines: "\n".join(lines).encode())
)


@schemathesis.hook
def map_case(context: HookContext, case: Case) -> Case:
    """Name a trip or a partner that goes with the match or key that was drawn, and write whole numbers as such."""
    path = case.path_parameters or {}
    if "key_id" in path and path.get("partner_id") == _OWN_PARTNER:
        path["partner_id"] = _SEEDS["values"]["partner"][0]  # the key that all calls are made with is left alone
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return case
    # To JSON Schema 3.0 is a whole number; here those are written without a fraction.
    case.body = whole(case.body)
    if "cursor" in parameters_of(case):
        make_fruitful(case, _CURSORS)
    body = case.body if isinstance(case.body, dict) else {}
    if len(str(body)) % 4:  # most, and the same each time
        make_sensible(case, body, _SEEDS)
    named = (path.get("match_id"), path.get("key_id"), body.get("match_id"))
    known = next((_TRIPS[name] for name in named if isinstance(name, str) and name in _TRIPS), None)
    if known is None:
        return case
    if "partner" in known:
        path["partner_id"] = known["partner"]
    elif "trip_id" in path:
        path["trip_id"] = known["request"]
    elif "about_trip_id" in body:
        path["commuter_id"], body["about_trip_id"] = known["driver"], known["request"]
    elif "trip_id" in body and body["trip_id"] not in known.values():
        step = case.path.rpartition("/")[2]
        body["trip_id"] = known["offer" if step in _OF_DRIVER else "request"]
    return case


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Pass over what only looks like a fault."""
    if isinstance(failure, RejectedPositiveData):
        return not is_unsaid(case, response, _SEEDS["kinds"])
    if isinstance(failure, AcceptedNegativeData):
        return not is_good_after_all(failure, case, response)
    if isinstance(failure, UseAfterFree):
        return not stays_when_over(response)
    if isinstance(failure, EnsureResourceAvailability):
        url = response.request.url or ""  # what recurs is read under /v1/series
        return "/ser_" not in url and not any(id_ in url for id_ in _GONE)
    # Of a stream a schema of OpenAPI 3.1 says no more than that it is text; a check below reads it.
    return not (isinstance(failure, JsonSchemaError) and case.operation.path.endswith("/stream"))


@schemathesis.check
def streamed_events_are_as_documented(context: CheckContext, response: Response, case: Case) -> bool | None:
    """Hold each event of a stream to the schema of events."""
    if response.status_code != 200 or not case.operation.path.endswith("/stream"):
        return None
    document = case.operation.schema.raw_schema
    schema = {"$ref": "#/components/schemas/Event", "components": document["components"]}
    for line in (response.text or "").splitlines():
        if line.startswith("data: "):
            jsonschema.Draft202012Validator(schema).validate(json.loads(line.removeprefix("data: ")))
    return None


@schemathesis.check
def links_are_noted(context: CheckContext, response: Response, case: Case) -> bool | None:
    """Note which link led to a call."""
    recorder = context.internals.recorder
    called = None if recorder is None else recorder.cases.get(case.id)
    if called is not None and called.transition is not None and called.is_transition_applied:
        _FOLLOWED.write(f"{called.transition.id}\n")
        _FOLLOWED.flush()
    return None


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Note what was answered, and what may be gone since it was made."""
    if "idempotent-replayed" in response.headers and "id" in (made := response.json()):
        _GONE.add(made["id"])
    if response.status_code == 201 and "commuter_id" in (made := response.json()):
        _OWNERS[made["id"]] = made["commuter_id"]
    if response.status_code == 204 and case.operation.label == "DELETE /v1/commuters/{commuter_id}":
        erased = (case.path_parameters or {})["commuter_id"]
        _GONE.update(made for made, owner in _OWNERS.items() if owner == erased)
    if response.status_code == 200 and "cursor" in parameters_of(case):
        _CURSORS.update(filter(None, [response.json()["next_cursor"]]))
    _ANSWERED.write(f"{case.operation.label} {response.status_code}\n")
    _ANSWERED.flush()
