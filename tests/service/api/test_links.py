"""Links of the OpenAPI document: each leads to an operation, with what is really there; and they follow a ride."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from service.api.app import create_app
from service.usecases.context import Context

pytestmark = pytest.mark.anyio
Operation = dict[str, Any]
Link = dict[str, Any]


def operations_of(document: dict[str, Any]) -> dict[str, Operation]:
    return {operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()}


def links_of(operations: dict[str, Operation]) -> Iterator[tuple[str, dict[str, Any], Link]]:
    """Yield each link, with the operation and the answer that it is of."""
    for source, operation in operations.items():
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                yield source, answer, link


def expressions_of(link: Link) -> Iterator[str]:
    """Yield where a link takes what from."""
    yield from link["parameters"].values()
    for value in link.get("requestBody", {}).values():
        yield from value if isinstance(value, list) else [value]


def is_there(document: dict[str, Any], schema: Any, pointer: list[str]) -> bool:
    """Say whether what has this schema may have something at a pointer."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return any(is_there(document, variant, pointer) for variant in schema["anyOf"])
    if not pointer:
        return True
    first, *rest = pointer
    inner = schema.get("items") if first.isdigit() else schema.get("properties", {}).get(first)
    return inner is not None and is_there(document, inner, rest)


def found(document: dict[str, Any], source: Operation, answer: dict[str, Any], expression: str) -> bool:
    """Say whether a runtime expression finds something in a call and its answer."""
    part, _, pointer = expression.partition("#/")
    if part == "$response.body":
        return is_there(document, answer["content"]["application/json"]["schema"], pointer.split("/"))
    if part == "$request.body":
        return is_there(document, source["requestBody"]["content"]["application/json"]["schema"], pointer.split("/"))
    if part == "$response.header.ETag":
        return is_there(document, answer["content"]["application/json"]["schema"], ["version"])
    where, _, name = part.removeprefix("$request.").partition(".")
    return any((parameter["in"], parameter["name"]) == (where, name) for parameter in source["parameters"])


async def test_each_link_leads_to_an_operation_with_all_that_its_path_takes(context: Context) -> None:
    operations = operations_of(create_app(context).openapi())
    for source, _, link in links_of(operations):
        parameters = operations[link["operationId"]].get("parameters", [])
        assert set(link["parameters"]) <= {parameter["name"] for parameter in parameters}, (source, link)
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert in_path <= set(link["parameters"]), (source, link)


async def test_what_a_link_takes_is_in_the_answer_or_was_asked(context: Context) -> None:
    document = create_app(context).openapi()
    operations = operations_of(document)
    for source, answer, link in links_of(operations):
        for expression in expressions_of(link):
            assert found(document, operations[source], answer, expression), (source, link)


async def test_what_a_link_sends_are_fields_of_the_body(context: Context) -> None:
    document = create_app(context).openapi()
    operations = operations_of(document)
    for source, _, link in links_of(operations):
        for name in link.get("requestBody", {}):
            schema = operations[link["operationId"]]["requestBody"]["content"]["application/json"]["schema"]
            assert is_there(document, schema, [name]), (source, link)


async def test_a_link_leads_to_every_operation_on_one_thing(context: Context) -> None:
    operations = operations_of(create_app(context).openapi())
    reached = {link["operationId"] for _, _, link in links_of(operations)}
    on_one = {
        name for name, operation in operations.items()
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", ()))
    }  # fmt: skip
    # A person has no answer that leads to another person: who is blocked is for them to say.
    assert on_one - reached == {"block_commuter"}


async def test_links_follow_a_ride_from_post_to_completion(context: Context) -> None:
    operations = operations_of(create_app(context).openapi())
    leads = {(source, link["operationId"]) for source, _, link in links_of(operations)}
    ride = [
        "post_request", "list_matches", "get_match", "accept_match", "accept_match", "start_match", "pickup_match",
        "dropoff_match", "complete_match", "get_match",
    ]  # fmt: skip
    assert set(pairwise(ride)) <= leads


async def test_each_list_leads_to_its_next_page(context: Context) -> None:
    operations = operations_of(create_app(context).openapi())
    pages = {(at, link["operationId"], link["parameters"].get("cursor")) for at, _, link in links_of(operations)}
    lists = [
        name for name, operation in operations.items()
        if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ()))
    ]  # fmt: skip
    assert len(lists) > 10
    for name in lists:
        assert (name, name, "$response.body#/next_cursor") in pages
