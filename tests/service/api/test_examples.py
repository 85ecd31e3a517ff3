"""Each operation and each error of the document has an example, and each example is what its schema says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from service.api.app import create_app
from service.usecases.context import Context

pytestmark = pytest.mark.anyio


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where a body is told of, and its content."""
    for path, operations in [*document["paths"].items(), *document["webhooks"].items()]:
        for method, operation in operations.items():
            told = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for part, body in told.items():
                for media, content in body.get("content", {}).items():
                    yield f"{method} {path} {part} {media}", content


async def test_each_body_has_an_example_that_its_schema_allows(context: Context) -> None:
    document = create_app(context).openapi()
    found = dict(bodies(document))
    assert len(found) > 300
    assert [where for where, content in found.items() if "example" not in content] == []
    for where, content in found.items():
        schema = {**content["schema"], "components": document["components"]}
        try:
            jsonschema.Draft202012Validator(schema).validate(content["example"])
        except jsonschema.ValidationError as error:
            pytest.fail(f"{where}: {error.json_path} {error.message}")
