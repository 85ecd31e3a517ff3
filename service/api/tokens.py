"""Tokens of commuters: a partner's server makes them, for its app on the commuter's telephone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.bodies import json_schema, optional_body_of
from service.api.documented import answers
from service.api.queries import no_body, no_query
from service.api.schemas import TokenBody
from service.clock import rfc3339
from service.model.partners import Caller
from service.model.trips import CommuterId
from service.usecases import tokens

router = APIRouter(
    prefix="/v1/commuters/{commuter_id}/tokens", tags=["Commuters"], dependencies=[Depends(no_query)]
)  # fmt: skip


@router.post(
    "", operation_id="make_token", summary="Make a commuter's token",
    responses=answers(schemas.NewToken, 200, 413, 415), openapi_extra=json_schema(TokenBody, required=False),
)  # fmt: skip
async def make_token(
    request: Request,
    commuter_id: CommuterId,
    caller: Annotated[Caller, Depends(Needs("commuters:manage"))],
    body: Annotated[TokenBody, Depends(optional_body_of(TokenBody))],
) -> Response:
    """Make a token with which one of your commuters reads and changes their own trips and matches, and no others.

    It ends at `expires_at`, with the API key that made it, or when the commuter is signed out.
    """
    made = await tokens.make_token(context_of(request), caller, commuter_id, ttl_s=body.ttl_s, traits=body.traits)
    document = {
        "token": made.text, "expires_at": rfc3339(made.token.ends_at), "commuter_id": commuter_id,
        "traits": list(made.token.traits),
    }  # fmt: skip
    return Response(encode(document), media_type="application/json")


@router.delete(
    "", status_code=204, operation_id="end_tokens", summary="Sign a commuter out everywhere",
    responses=answers(None, 204), dependencies=[Depends(no_body)],
)  # fmt: skip
async def end_tokens(
    request: Request, commuter_id: CommuterId, caller: Annotated[Caller, Depends(Needs("commuters:manage"))]
) -> Response:
    """End every token of a commuter that was made until now. When this is answered, none of them opens anything."""
    await tokens.sign_out(context_of(request), caller, commuter_id)
    return Response(status_code=204)
