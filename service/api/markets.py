"""Live markets, as partners see them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import listing
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.queries import no_query
from service.model.partners import Caller
from service.usecases import markets

router = APIRouter(prefix="/v1/markets", tags=["Markets"])


@router.get(
    "", operation_id="list_markets", summary="List markets", responses=answers(schemas.Listed[schemas.Market]),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def list_markets(request: Request, caller: Annotated[Caller, Depends(Needs("trips:read"))]) -> Response:
    """Return all live markets, oldest first, in one page."""
    context = context_of(request)
    return listing(await markets.known_markets(context), lambda market: market.document(context.settings))
