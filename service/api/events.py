"""The log of events: what happened to a partner's trips, oldest first, as a list and as a live stream."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import listing
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.queries import EventQuery, StreamQuery
from service.api.sse import EventStream
from service.ids import EventId
from service.model.events import Event
from service.model.partners import Caller
from service.usecases import events

router = APIRouter(prefix="/v1/events", tags=["Events"])
_READS = Needs("matches:read", commuters=True)
_STREAM = """`id: evt_…` and `data: {an event}` for each. `id` alone tells how far the stream has come, a comment every
15 s that it lives. `event: problem` has a problem: after `events-dropped` the stream goes on, after others it ends."""


@router.get(
    "", operation_id="list_events", summary="List events", responses=answers(schemas.Listed[schemas.Event], 200, 410),
)  # fmt: skip
async def list_events(
    request: Request,
    caller: Annotated[Caller, Depends(_READS)],
    query: Annotated[EventQuery, Query()],
) -> Response:
    """Return events after one of them, oldest first; `next_cursor` goes on as `after` where there are more."""
    page = await events.list_events(
        context_of(request), caller, after=query.after or query.cursor, wanted=query.wanted, limit=query.limit
    )
    return listing(page, Event.document)


@router.get(
    "/stream", operation_id="stream_events", summary="Follow events",
    responses=answers(None, 200, 429) | {
        200: {"description": _STREAM, "content": {EventStream.media_type: {"schema": {"type": "string"}}}},
    },
)  # fmt: skip
async def stream_events(
    request: Request,
    caller: Annotated[Caller, Depends(_READS)],
    query: Annotated[StreamQuery, Query()],
    last_event_id: Annotated[
        EventId | None, Header(description="The last event you have; goes before `after`.")
    ] = None,
) -> Response:
    """Send events as they come, as server-sent events: from now on, or after one that you have.

    A stream ends when the service stops, or when what it sends is not taken: open it again with `Last-Event-ID`.
    """
    context = context_of(request)
    after, where = (last_event_id, "Last-Event-ID") if last_event_id else (query.after, "?after")
    follower = await events.follow_events(context, caller, after=after, where=where, wanted=query.wanted)
    return EventStream(
        request, follower, partial(_READS.again, request), context.tails.leave,
        shown=partial(events.body_for, caller),
    )  # fmt: skip
