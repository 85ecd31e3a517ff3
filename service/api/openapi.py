"""The OpenAPI document: FastAPI's, with the bodies that routes read themselves."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from service.api.auth import Needs
from service.api.deprecation import Deprecated
from service.api.examples import add_examples
from service.api.links import add_links
from service.api.merge_patch import patch_schema
from service.api.schemas import (
    AnswerBody,
    BatchBody,
    ClockBody,
    DelayBody,
    EndpointBody,
    EndpointDraft,
    ImportFault,
    KeyBody,
    KeyRotateBody,
    MatchOfLostReturn,
    PartnerBody,
    PartnerPatch,
    PositionBody,
    ProblemBody,
    RedeliverBody,
    RotateBody,
    SampleBody,
    TokenBody,
)
from service.api.schemas.bulk import BulkOffers, BulkRequests
from service.api.schemas.commuters import ErasedTrip, ProfileBody, Report, ReportBody
from service.api.sharing import ShareBody
from service.model.events import EVENT_TYPES
from service.model.imports import OfferLine, RequestLine
from service.model.trips import OfferDraft, RequestDraft

_BODIES = (
    OfferDraft, RequestDraft, AnswerBody, DelayBody, PositionBody, BatchBody, ClockBody, EndpointBody, EndpointDraft,
    RotateBody, RedeliverBody, SampleBody, ProblemBody, MatchOfLostReturn, BulkOffers, BulkRequests, TokenBody,
    PartnerBody, PartnerPatch, KeyBody, KeyRotateBody, ErasedTrip, ProfileBody, Report, ReportBody, ShareBody,
    ImportFault, OfferLine, RequestLine,
)  # fmt: skip
_SUBJECTS = {
    "match": ("Match",),
    "trip": ("Offer", "Request", "ErasedTrip"),
    "match.return_at_risk": ("MatchOfLostReturn",),
    "commuter": ("Report",),
}
_AN = {"Offer": "an offer", "Request": "a request", "Endpoint": "an endpoint"}
_SIGNED = {
    "webhook-id": "The event's id, the same in every attempt.",
    "webhook-timestamp": "Seconds since the epoch of this attempt.",
    "webhook-signature": "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several, with spaces between, "
    "while a secret rotates, and `v1a,` with the ed25519 signature where that was asked for.",
}
_DESCRIPTION = """Matches commuters into shared cars: offers and requests in, optimal matches out.

Times are RFC 3339 (answered in UTC), places WGS 84 degrees, `_s` whole seconds, `_m` whole metres. Errors are RFC 9457
problems. Creating calls take `Idempotency-Key`; changes take `If-Match`. Unknown fields and parameters are refused."""


def openapi_of(app: FastAPI, routers: Iterable[APIRouter], version: str) -> dict[str, Any]:
    """Return the document of an app that these routers make up."""
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
    for kind, an in _AN.items():
        schemas[f"{kind}Patch"] = patch_schema(schemas[f"{kind}Draft"], f"What is to change of {an} (RFC 7396).")
    document["components"]["securitySchemes"] |= _TOKEN
    for route in (route for router in routers for route in router.routes if isinstance(route, APIRoute)):
        for method in (route.methods or ()) if route.include_in_schema else ():
            _complete(document["paths"][route.path][method.lower()], route)
    for unused in ("HTTPValidationError", "ValidationError", EndpointDraft.__name__):
        schemas.pop(unused, None)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                _never_null(parameter)
            # FastAPI's own form of 422 is never answered here: all errors are problems.
            wrong = operation.get("responses", {}).get("422", {}).get("content", {})
            wrong.pop("application/json", None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document["webhooks"] = {event_type: {"post": _webhook(event_type)} for event_type in EVENT_TYPES}
    add_examples(document)
    add_links(document)
    return document


def _never_null(parameter: dict[str, Any]) -> None:
    """Say of a parameter that it is left out rather than null, which can not be sent in a path, a query or a header."""
    schema = parameter["schema"]
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        parameter["schema"] = kinds[0] | schema


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    """Say which scopes a key needs, one of those named, whether a token will do, what may be kept back, and its end."""
    if "304" in operation["responses"]:
        operation.setdefault("parameters", []).append(copy.deepcopy(_IF_NONE_MATCH))
    for asked in (found.call for found in route.dependant.dependencies):
        if isinstance(asked, Needs):
            tokens: list[dict[str, list[str]]] = [{"commuterToken": []}] if asked.commuters else []
            operation["security"] = [*({"apiKey": [scope]} for scope in asked.scopes), *tokens]
            if asked.live:
                operation["description"] += " No test key will do."
        if isinstance(asked, Deprecated):
            asked.document(operation)


_IF_NONE_MATCH = {
    "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The entity tag of what you have: it is not sent again while it is the same.",
}  # fmt: skip
_TOKEN = {
    "commuterToken": {
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "A token of a commuter, who sees and changes their own trips and matches alone: "
        "`Authorization: Bearer eyJ…`, made by `POST /v1/commuters/{commuter_id}/tokens`.",
    }
}  # fmt: skip


def _webhook(event_type: str) -> dict[str, Any]:
    """Return what the service posts for events of a type; signed by Standard Webhooks."""
    of_kind = _SUBJECTS.get(event_type.partition(".")[0], ("Endpoint",))
    subject = _SUBJECTS.get(event_type, of_kind)
    data = [{"$ref": f"#/components/schemas/{name}"} for name in subject]
    shape = {"type": "object", "properties": {"type": {"const": event_type}, "data": {"anyOf": data}}}
    event = {"allOf": [{"$ref": "#/components/schemas/Event"}, shape]}
    headers = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in _SIGNED.items()
    ]
    return {
        "operationId": "on_" + event_type.replace(".", "_"), "summary": f"An event {event_type}",
        "tags": ["Webhook events"], "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": {"schema": event}}},
        "responses": {"2XX": {"description": "Taken. Any other answer, or none within 15 s, is tried again."}},
    }  # fmt: skip
