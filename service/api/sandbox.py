"""The clock of a sandbox: partners move it on to see what time does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema
from service.api.documented import answers
from service.api.queries import no_body, no_query
from service.api.schemas import ClockBody
from service.clock import rfc3339
from service.model.partners import Caller
from service.usecases import worlds

router = APIRouter(prefix="/v1/sandbox", tags=["Sandbox"], dependencies=[Depends(no_query)])


@router.get("/clock", operation_id="get_clock", summary="Get the time", responses=answers(schemas.SandboxClock))
async def get_clock(request: Request, caller: Annotated[Caller, Depends(Needs("trips:read"))]) -> Response:
    """Return what time it is in the sandbox of this test key."""
    worlds.only_sandbox(caller)
    return _clock(context_of(request).clock.now())


@router.post(
    "/clock", operation_id="move_clock", summary="Move time forward",
    responses=answers(schemas.SandboxClock, 200, 413, 415), openapi_extra=json_schema(ClockBody),
)  # fmt: skip
async def move_clock(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("trips:write"))],
    body: Annotated[ClockBody, Depends(body_of(ClockBody))],
) -> Response:
    """Move the time of this test key's sandbox forward: whatever is due by then happens, as it would have live."""
    return _clock(await worlds.move_time(context_of(request), caller, body.now))


@router.post(
    "/reset", operation_id="reset_sandbox", summary="Empty the sandbox",
    responses=answers(schemas.SandboxClock, 200, 409, 413),
)  # fmt: skip
async def reset(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("trips:write", closed=True))],
    _: Annotated[None, Depends(no_body)],
) -> Response:
    """Empty this test key's sandbox of trips, matches, series, batches, blocks and events, and set its clock.

    Keys and webhook endpoints stay. Other calls to the sandbox get 503 meanwhile; where that lasts, call this again.
    """
    return _clock(await worlds.reset(context_of(request), caller))


def _clock(now: datetime) -> Response:
    return Response(encode({"now": rfc3339(now)}), media_type="application/json")
