"""A plan carries the duals behind its bound; they are written when asked for, and read with their faults pointed at."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from matching import (
    Certificate,
    Cut,
    Instance,
    InvalidInstance,
    Offer,
    Place,
    Request,
    plan_from_json,
    plan_to_json,
    solve,
)
from tests.matching.documents import put_at

HERE, THERE = Place(52.30, 4.86), Place(52.37, 4.90)
# Two riders and one seat: who rides is worth what the other would have been.
INSTANCE = Instance(
    offers=(Offer("o1", HERE, THERE, 0, 7200, seats=1, max_detour_s=200, either="e"),),
    requests=(
        Request("r1", HERE, THERE, 0, 7200),
        Request("r2", HERE, THERE, 0, 7200, priority_s=100),
        Request("r3", HERE, THERE, 0, 7200, either="e"),
    ),
)
CERTIFICATE = Certificate({"o1": 5.5}, {"r1": 0.00390625}, {"e": 1.0}, {"r2": -2.0}, (Cut(("o1", "r2", "r3"), 3.0),))
FAULTS: list[tuple[list[Any], Any, str, str]] = [
    ([], [], "", "an object, not an array"),
    (["offers"], [], "/offers", "an object, not an array"),
    (["offers", "o1"], float("inf"), "/offers/o1", "between"),
    (["offers", "o1"], float("nan"), "/offers/o1", "between"),
    (["requests", "r1"], "5", "/requests/r1", "a number, not a string"),
    (["requests", "a/b"], 1e13, "/requests/a~1b", "between"),
    (["riders"], {}, "/riders", "is not a field"),
    (["cuts"], {}, "/cuts", "an array, not an object"),
    (["cuts", 0, "trips"], ["r1", "r2"], "/cuts/0/trips", "three ids, not of 2"),
    (["cuts", 0, "dual"], None, "/cuts/0/dual", "a number, not null"),
]


def test_duals_of_a_plan_are_named_by_its_trips_and_whole_parts_of_a_second() -> None:
    certificate = solve(INSTANCE).certificate
    assert certificate is not None
    named = certificate.offers | certificate.requests | certificate.eithers
    assert named.keys() <= {"o1", "r1", "r2", "r3", "e"}
    assert sum(named.values()) > 0
    assert all(value > 0 and (256 * value).is_integer() for value in named.values())


def test_certificate_is_written_only_when_asked_for_and_read_back_the_same() -> None:
    plan = replace(solve(INSTANCE), certificate=CERTIFICATE)
    assert "certificate" not in plan_to_json(plan)
    assert plan_from_json(plan_to_json(plan)).certificate is None
    written = json.loads(json.dumps(plan_to_json(plan, certificate=True)))
    assert plan_from_json(written).certificate == CERTIFICATE


@pytest.mark.parametrize(("path", "value", "pointer", "words"), FAULTS)
def test_fault_of_a_certificate_is_refused_with_its_pointer(
    path: list[Any], value: Any, pointer: str, words: str
) -> None:
    document = plan_to_json(replace(solve(INSTANCE), certificate=CERTIFICATE), certificate=True)
    put_at(document, ["certificate", *path], value)
    with pytest.raises(InvalidInstance) as caught:
        plan_from_json(document)
    assert caught.value.pointer == f"/certificate{pointer}"
    assert words in caught.value.detail
