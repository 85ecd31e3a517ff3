"""The log of events: what happened to a partner's trips, oldest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import listing
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.queries import EventQuery
from service.model.events import Event
from service.model.partners import Caller
from service.usecases import events

router = APIRouter(prefix="/v1/events", tags=["Events"])


@router.get("", operation_id="list_events", summary="List events", responses=answers(schemas.Listed[schemas.Event]))
async def list_events(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("matches:read"))],
    query: Annotated[EventQuery, Query()],
) -> Response:
    """Return events after one of them, oldest first; `next_cursor` goes on as `after` where there are more."""
    page = await events.list_events(
        context_of(request), caller, after=query.after or query.cursor, types=query.types, limit=query.limit
    )
    return listing(page, Event.document)
