"""Who could ride together now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.journey_query import JourneyQuery
from service.api.schemas.looks import Journeys
from service.model.partners import Caller

router = APIRouter(prefix="/v1/journeys", tags=["Journeys"])


@router.get("", operation_id="find_journeys", summary="Find who could ride together", responses=answers(Journeys))
async def find_journeys(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("trips:read", commuters=True))],
    query: Annotated[JourneyQuery, Query()],
) -> Response:
    """Return the open trips and agreed cars that a trip could share a car with now, what saves most first.

    It binds nobody and posts nothing. Others' places are rounded to a ~500 m grid, and all is worked out from such
    places: `certain` says that the two fit wherever in their cells the other's places are.
    """
    from service.usecases.journeys import find_journeys as find  # compiled kernels: loaded for who looks

    found = await find(context_of(request), caller, query.draft(), without=query.commuter, limit=query.limit)
    return Response(encode(found), media_type="application/json")
