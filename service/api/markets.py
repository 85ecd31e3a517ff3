"""Live markets, as partners see them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import listing
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.queries import no_query
from service.model.markets import MarketName
from service.model.meeting_points import NamedPoint
from service.model.partners import Caller
from service.usecases import markets

router = APIRouter(prefix="/v1/markets", tags=["Markets"])


@router.get(
    "", operation_id="list_markets", summary="List markets", responses=answers(schemas.Listed[schemas.Market]),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def list_markets(
    request: Request, caller: Annotated[Caller, Depends(Needs("trips:read", "operator"))]
) -> Response:
    """Return all live markets, oldest first, in one page."""
    context = context_of(request)
    return listing(await markets.known_markets(context), lambda market: market.document(context.settings))


@router.get(
    "/{name}/meeting-points", operation_id="list_meeting_points", summary="List a market's meeting points",
    responses=answers(schemas.Listed[schemas.MeetingPoint], 200, 404), dependencies=[Depends(no_query)],
)  # fmt: skip
async def list_meeting_points(
    request: Request, name: Annotated[MarketName, Path(description="A name of GET /v1/markets.")],
    caller: Annotated[Caller, Depends(Needs("trips:read", commuters=True))],
) -> Response:  # fmt: skip
    """Return the places where cars may stop for riders who walk, at most 2,000, in one page.

    A sandbox has those of `main`.
    """
    return listing(await markets.meeting_points_of(context_of(request), name), NamedPoint.record)
