"""One document holds an instance and its plan; a fault in either is pointed at from the document's top."""

from __future__ import annotations

import json
from typing import Any

import pytest

from matching import InvalidInstance, certified_from_json, certified_to_json, solve
from tests.matching.crowds import crowd
from tests.matching.documents import put_at


def test_certified_plan_is_read_back_as_it_was_and_what_else_is_told_is_passed_over() -> None:
    instance = crowd(0, 4, 6)
    plan = solve(instance)
    document = json.loads(json.dumps({"batch_id": "bat_1", **certified_to_json(instance, plan)}))
    again, its_plan = certified_from_json(document)
    assert again == instance
    assert (its_plan.matches, its_plan.bound, its_plan.certificate) == (plan.matches, plan.bound, plan.certificate)


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (["instance"], [], "/instance"),
        (["plan"], None, "/plan"),
        (["instance", "offers", 1, "seats"], 9, "/instance/offers/1/seats"),
        (["instance", "requests", 0, "id"], "r1", "/instance/requests/1/id"),
        (["plan", "score"], "much", "/plan/score"),
        (["plan", "certificate", "cuts"], 5, "/plan/certificate/cuts"),
    ],
)
def test_fault_is_pointed_at(path: list[Any], value: Any, pointer: str) -> None:
    instance = crowd(0, 4, 6)
    document = certified_to_json(instance, solve(instance))
    put_at(document, path, value)
    with pytest.raises(InvalidInstance) as caught:
        certified_from_json(document)
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(("document", "pointer"), [([], ""), ({"plan": {}}, "/instance"), ({}, "/instance")])
def test_document_without_its_parts_is_refused(document: Any, pointer: str) -> None:
    with pytest.raises(InvalidInstance) as caught:
        certified_from_json(document)
    assert caught.value.pointer == pointer
