"""Batches, for operators: ask for one, see how good it was, show that it was."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import created, encode, gzipped, listing, resource
from service.api.auth import Needs, context_of
from service.api.bodies import json_schema, optional_body_of
from service.api.documented import answers
from service.api.idempotency import OnceFor, once_for
from service.api.queries import BatchQuery, CertificateQuery, no_query
from service.api.schemas import BatchBody
from service.model.batches import Batch
from service.model.partners import Caller
from service.usecases import batches, certificates

router = APIRouter(prefix="/v1/batches", tags=["Batches"])
Operator = Annotated[Caller, Depends(Needs("operator"))]
_RETRY_AFTER_S = "5"
_BEING_MADE: dict[int | str, dict[str, Any]] = {
    202: {
        "model": schemas.CertificateAsked, "description": "Being made: ask again after `Retry-After` seconds",
        "headers": {"Retry-After": {"schema": {"type": "integer"}}},
    }
}  # fmt: skip


@router.post(
    "", status_code=202, operation_id="request_batch", summary="Run a batch now", dependencies=[Depends(no_query)],
    responses=answers(schemas.Batch, 202, 409, 413, 415), openapi_extra=json_schema(BatchBody, required=False),
)  # fmt: skip
async def request_batch(
    request: Request,
    caller: Operator,
    body: Annotated[BatchBody, Depends(optional_body_of(BatchBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Queue a batch of a market; read it at its `Location` until it is completed."""
    batch, replay = await batches.ask_for_batch(
        context_of(request), caller, body.market, lambda batch: once(encode(batch.document()))
    )
    return created(batch.document(), replay, "/v1/batches", 202)


@router.get("", operation_id="list_batches", summary="List batches", responses=answers(schemas.Listed[schemas.Batch]))
async def list_batches(request: Request, caller: Operator, query: Annotated[BatchQuery, Query()]) -> Response:
    """Return batches, newest first."""
    page = await batches.list_batches(context_of(request), caller, query.page("batch"), query.market)
    return listing(page, Batch.document)


@router.get(
    "/{batch_id}", operation_id="get_batch", summary="Get a batch", responses=answers(schemas.Batch, 200, 304, 404),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def get_batch(request: Request, batch_id: str, caller: Operator) -> Response:
    """Return sizes, score, bound, gap and times of one batch."""
    return resource((await batches.get_batch(context_of(request), caller, batch_id)).document())


@router.get(
    "/{batch_id}/certificate", operation_id="get_certificate", summary="Get a batch's certificate",
    responses=answers(schemas.Certificate, 200, 404, 409) | _BEING_MADE,
)  # fmt: skip
async def get_certificate(
    request: Request, batch_id: str, caller: Operator, query: Annotated[CertificateQuery, Query()]
) -> Response:
    """Return what `carpool verify` proves the batch's bound from; 202 while one of coarse places is being made."""
    certificate = await certificates.get_certificate(context_of(request), caller, batch_id, query.places)
    if certificate is None:
        asked = {"batch_id": batch_id, "places": query.places}
        return Response(encode(asked), 202, {"Retry-After": _RETRY_AFTER_S}, "application/json")
    return gzipped(request, certificate)
