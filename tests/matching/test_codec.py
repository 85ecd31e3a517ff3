"""What the codec reads, writes and refuses, and where it says the fault is."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings

from matching import (
    Instance,
    InvalidInstance,
    instance_from_json,
    instance_to_json,
    plan_from_json,
    plan_to_json,
    solve,
)
from tests.matching.documents import put_at
from tests.matching.drawing import instances

TRIP = {
    "origin": {"lat": 52.30, "lon": 4.86},
    "destination": {"lat": 52.37, "lon": 4.90},
    "earliest_departure": "2026-11-24T07:30:00+01:00",
    "latest_arrival": "2026-11-24T08:45:00+01:00",
    "seats": 1,
}
DOCUMENT: dict[str, Any] = {
    "offers": [{**TRIP, "id": "o1", "max_detour_s": 900}],
    "requests": [{**TRIP, "id": "r1"}, {**TRIP, "id": "r2"}],
    "meeting_points": [{"id": "m1", "lat": 52.3, "lon": 4.8}],
}
FAULTS: list[tuple[list[Any], Any, str, str]] = [
    (["offers", 0, "seats"], "three", "/offers/0/seats", "whole number"),
    (["offers", 0, "seats"], True, "/offers/0/seats", "whole number"),
    (["offers", 0, "seats"], 9, "/offers/0/seats", "between 1 and 8"),
    (["offers", 0, "max_detour_s"], 1.5, "/offers/0/max_detour_s", "whole number"),
    (["offers", 0, "origin", "lat"], float("nan"), "/offers/0/origin/lat", "between -90 and 90"),
    (["offers", 0, "origin", "lat"], 91, "/offers/0/origin/lat", "between -90 and 90"),
    (["offers", 0, "origin"], None, "/offers/0/origin", "an object, not null"),
    (["offers", 0, "seets"], 3, "/offers/0/seets", "is not a field"),
    (["offers", 0, "a/b~c"], 3, "/offers/0/a~1b~0c", "is not a field"),
    (["offers", 0, "committed"], ["r9"], "/offers/0/committed/0", "no request"),
    (["offers", 0, "id"], "r1", "/requests/0/id", "already the id at /offers/0/id"),
    (["offers"], {}, "/offers", "an array"),
    (["requests", 1, "id"], "", "/requests/1/id", "empty"),
    (["requests", 1, "earliest_departure"], "2026-11-24T07:30:00", "/requests/1/earliest_departure", "no offset"),
    (["requests", 1, "earliest_departure"], "half past 7", "/requests/1/earliest_departure", "RFC 3339"),
    (["requests", 1, "earliest_departure"], "2026-02-30T07:30:00Z", "/requests/1/earliest_departure", "calendar"),
    (["requests", 1, "earliest_departure"], "2026-11-24T09:30:00+01:00", "/requests/1/latest_arrival", "is before"),
    (["requests", 1, "return_of"], "r9", "/requests/1/return_of", "no request"),
    (["requests", 1, "return_of"], "r2", "/requests/1/return_of", "own return"),
    (["excluded"], [["o1", "r1"], ["o1", "r9"]], "/excluded/1/1", "no trip"),
    (["excluded"], [["o1"]], "/excluded/0", "two trip ids"),
    (["bonuses"], [["r1", "r1", 5]], "/bonuses/0/0", "no offer"),
    (["bonuses"], [["o1", "r1", "x"]], "/bonuses/0/2", "whole number"),
    (["travel"], {"model": "teleport"}, "/travel/model", "no travel model"),
    (["meeting_points"], [{"id": "m", "lat": 1, "lon": 1}] * 2, "/meeting_points/1/id", "already"),
]


@pytest.mark.parametrize(("path", "value", "pointer", "words"), FAULTS)
def test_fault_is_refused_with_its_pointer_and_what_is_wrong(
    path: list[Any], value: Any, pointer: str, words: str
) -> None:
    document = copy.deepcopy(DOCUMENT)
    put_at(document, path, value)
    with pytest.raises(InvalidInstance) as caught:
        instance_from_json(document)
    assert caught.value.pointer == pointer
    assert words in caught.value.detail


@pytest.mark.parametrize("missing", ["id", "origin", "earliest_departure", "seats", "max_detour_s"])
def test_required_field_that_is_missing_is_named(missing: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["offers"][0][missing]
    with pytest.raises(InvalidInstance) as caught:
        instance_from_json(document)
    assert caught.value.pointer == f"/offers/0/{missing}"


def test_fraction_of_a_second_narrows_the_window() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["offers"][0]["earliest_departure"] = "2026-11-24T07:30:00.2+01:00"
    document["offers"][0]["latest_arrival"] = "2026-11-24T08:45:00.8+01:00"
    offer, plain = instance_from_json(document).offers[0], instance_from_json(DOCUMENT).offers[0]
    assert offer.earliest_departure == plain.earliest_departure + 1
    assert offer.latest_arrival == plain.latest_arrival


@settings(deadline=None, max_examples=50)
@given(instances())
def test_instance_written_and_read_is_the_same(instance: Instance) -> None:
    assert instance_from_json(instance_to_json(instance)) == instance


def test_plan_written_and_read_is_the_same() -> None:
    plan = solve(instance_from_json(DOCUMENT))
    assert plan.matches
    assert plan_from_json(plan_to_json(plan)).matches == plan.matches
