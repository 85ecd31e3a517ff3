"""The OpenAPI document: FastAPI's, with the bodies that routes read themselves."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from service.api.schemas import AnswerBody, EndpointBody, ProblemBody
from service.model.trips import OfferDraft, RequestDraft

_BODIES = (OfferDraft, RequestDraft, AnswerBody, EndpointBody, ProblemBody)
_DESCRIPTION = """Matches commuters into shared cars: offers and requests in, optimal matches out.

Times are RFC 3339 (answered in UTC), places WGS 84 degrees, `_s` whole seconds, `_m` whole metres. Errors are RFC 9457
problems. Creating calls take `Idempotency-Key`; changes take `If-Match`. Unknown fields and parameters are refused."""


def openapi_of(app: FastAPI, version: str) -> dict[str, Any]:
    """Return the document of an app."""
    document = get_openapi(
        title="Carpool", version=version, description=_DESCRIPTION, routes=app.routes, openapi_version="3.1.0",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    _, bodies = models_json_schema(
        [(model, "validation") for model in _BODIES], ref_template="#/components/schemas/{model}"
    )
    schemas = document["components"]["schemas"]
    for name, schema in bodies["$defs"].items():
        schemas.setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in document["paths"].values():
        for operation in path.values():
            # FastAPI's own form of 422 is never answered here: all errors are problems.
            wrong = operation.get("responses", {}).get("422", {}).get("content", {})
            wrong.pop("application/json", None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document
