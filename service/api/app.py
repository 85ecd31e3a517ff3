"""Builds the FastAPI application from a context."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.staticfiles import StaticFiles

from service.api import (
    batches,
    commuters,
    events,
    imports,
    journeys,
    markets,
    matches,
    operations,
    partners,
    problems,
    samples,
    sandbox,
    series,
    sharing,
    statistics,
    tokens,
    webhooks,
)
from service.api.bulk import bulk_router
from service.api.conditions import NotModified
from service.api.cors import Cors
from service.api.middleware import Envelope
from service.api.openapi import openapi_of
from service.api.packing import Packing
from service.api.trips import trip_router
from service.errors import CarpoolError, Fault, describe
from service.model.trips import DRAFTS
from service.usecases.context import Context

log = structlog.get_logger()


def create_app(context: Context) -> FastAPI:
    """Return the application that serves this context."""
    app = FastAPI(title="Carpool", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.context = context
    rooms = (
        series, imports, journeys, matches, sharing, commuters, tokens, events, webhooks, markets, batches, statistics,
        sandbox, samples, partners, operations,
    )  # fmt: skip
    of_kinds = (make(kind) for kind in DRAFTS for make in (trip_router, bulk_router))
    routers = [*of_kinds, *(room.router for room in rooms)]
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=str(files("service.web"))), name="static")
    app.add_middleware(NotModified)
    app.add_middleware(Packing)
    app.add_middleware(Cors)
    app.add_middleware(Envelope)  # around all the others
    app.add_exception_handler(CarpoolError, _carpool_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.openapi = cache(lambda: openapi_of(app, routers, version("carpool")))  # type: ignore[method-assign]
    return app


async def _carpool_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CarpoolError)  # noqa: S101 - registered for this type alone
    answer = problems.of_error(request, error)
    if answer.status_code >= 500:
        log.warning("refused", status=answer.status_code, **describe(error))
    return answer


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    faults = [_fault(found) for found in error.errors()]
    detail = "; ".join(f"{fault.pointer} {fault.detail}" for fault in faults[:3])
    return problems.problem_response(request, problems.INVALID, detail, faults)


def _fault(found: dict[str, Any]) -> Fault:
    where, *path = map(str, found["loc"])
    name = "/".join(path)[:64]
    message = "is not a parameter of this resource" if found["type"] == "extra_forbidden" else str(found["msg"]).lower()
    return Fault({"query": f"?{name}", "header": name}.get(where, f"/{name}"), message)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    problem = problems.OF_STATUS.get(error.status_code, problems.MALFORMED)
    detail = {404: "there is nothing at this path", 405: "see the Allow header"}.get(error.status_code, error.detail)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request) or headers["Allow"]
    return problems.problem_response(request, problem, detail, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods of a path that is documented: the framework names those of its first route alone."""
    documented = request.app.openapi()["paths"].items()
    methods = {
        method.upper() for path, operations in documented for method in operations
        if compile_path(path)[0].match(request.url.path)
    }  # fmt: skip
    return ", ".join(sorted(methods))


async def _gone(request: Request, error: Exception) -> Response:
    # Nobody is left to read it; nothing was written, because the body never came in whole.
    return problems.problem_response(request, problems.MALFORMED, "the body did not come in whole")
