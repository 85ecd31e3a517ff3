"""Sample events: what a partner's endpoints and streams get, without a ride."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema
from service.api.documented import answers
from service.api.idempotency import OnceFor, once_for
from service.api.queries import no_query
from service.api.schemas import SampleBody
from service.model.partners import Caller
from service.usecases import samples

router = APIRouter(prefix="/v1/sandbox", tags=["Sandbox"])


@router.post(
    "/events", status_code=202, operation_id="send_sample_event", summary="Send a sample event",
    dependencies=[Depends(no_query)], responses=answers(schemas.Event, 202, 409, 413, 415),
    openapi_extra=json_schema(SampleBody),
)  # fmt: skip
async def send_sample(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("webhooks:manage"))],
    body: Annotated[SampleBody, Depends(body_of(SampleBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Put an event into your sandbox's log, and send it to its endpoints. What it is about does not exist.

    For test keys only. It says `sample`: a match as its `reason`, a trip in its `metadata`, a report as its
    `text`, an endpoint as its `description`.
    """
    event, repeated = await samples.send_sample(context_of(request), caller, body.type, once)
    headers = {"Idempotent-Replayed": "true"} if repeated else {}
    return Response(encode(event), 202, headers, "application/json")
