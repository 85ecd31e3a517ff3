"""The published OpenAPI document is the code's, and the pages about it load nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
import yaml
from openapi_spec_validator import validate

from service.api.app import create_app
from service.model.events import EVENT_TYPES
from service.usecases.context import Context

pytestmark = pytest.mark.anyio
PUBLISHED = Path(__file__).parents[3] / "openapi" / "openapi.yaml"


async def test_the_published_document_is_that_of_the_code(context: Context) -> None:
    assert yaml.safe_load(PUBLISHED.read_text()) == create_app(context).openapi(), (
        "run: carpool openapi > openapi/openapi.yaml"
    )


async def test_every_operation_is_named_summed_up_and_answers_problems(context: Context) -> None:
    document = create_app(context).openapi()
    names = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            names.append(operation["operationId"])
            assert operation["summary"], (method, path)
            if path.startswith("/v1/"):
                for code, answer in operation["responses"].items():
                    if int(code) >= 400:
                        assert list(answer["content"]) == ["application/problem+json"], (method, path, code)
    assert len(names) == len(set(names))


async def test_every_reference_in_the_document_resolves(context: Context) -> None:
    document = create_app(context).openapi()
    references = set(re.findall(r"'#/components/schemas/([^']+)'", str(document)))
    assert references
    assert references <= set(document["components"]["schemas"])


async def test_the_docs_page_loads_nothing_from_elsewhere(partner: httpx.AsyncClient) -> None:
    page = await partner.get("/docs")
    assert page.status_code == 200
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page.text)
    for path in re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page.text):
        assert (await partner.get(path)).status_code == 200, path
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_unknown_paths_and_methods_are_problems(partner: httpx.AsyncClient) -> None:
    nowhere = await partner.get("/v1/nothing")
    assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, "application/problem+json")
    wrong = await partner.put("/v1/offers/off_1", json={})
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")
    assert wrong.headers["allow"] == "DELETE, GET, PATCH"


async def test_the_document_is_valid_openapi_and_lists_every_webhook(context: Context) -> None:
    document = create_app(context).openapi()
    validate(document)
    assert set(document["webhooks"]) == set(EVENT_TYPES)


async def test_no_parameter_is_said_to_take_null(context: Context) -> None:
    # In a query or a header null is a word of four letters.
    document = create_app(context).openapi()
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert {"type": "null"} not in parameter["schema"].get("anyOf", []), (operation, parameter)
