"""Matches: read them, and move them on."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import listing, resource
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema
from service.api.conditions import if_match
from service.api.documented import answers
from service.api.queries import MatchQuery, no_query
from service.api.schemas import AnswerBody, DelayBody, PositionBody
from service.model.matches import Answer, MatchRecord, Position
from service.model.partners import Caller
from service.usecases import matches, underway
from service.usecases.answers import answer
from service.usecases.context import Context
from service.usecases.delays import delay
from service.usecases.leaving import cancel
from service.usecases.underway import Way, advance_ride
from service.usecases.visibility import match_document

Do = Callable[[Context, Caller, str, Any, int | None], Awaitable[MatchRecord]]
router = APIRouter(prefix="/v1/matches", tags=["Matches"])


@router.get(
    "", operation_id="list_matches", summary="List your matches", responses=answers(schemas.Listed[schemas.Match])
)
async def list_matches(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("matches:read", commuters=True))],
    query: Annotated[MatchQuery, Query()],
) -> Response:
    """Return the matches that touch your trips."""
    page = await matches.list_matches(
        context_of(request), caller, query.page("match"), status=query.status, commuter=query.commuter
    )
    return listing(page, partial(match_document, whose=caller.whose))


@router.get(
    "/{match_id}", operation_id="get_match", summary="Get a match", responses=answers(schemas.Match, 200, 304, 404),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def get_match(
    request: Request, match_id: str, caller: Annotated[Caller, Depends(Needs("matches:read", commuters=True))]
) -> Response:
    """Return one match as you may see it."""
    match = await matches.get_match(context_of(request), caller, match_id)
    return resource(match_document(match, caller.whose))


def _transition(path: str, summary: str, do: Do, model: type[BaseModel] = AnswerBody) -> None:
    """Add a route that moves a match on."""

    @router.post(
        f"/{{match_id}}/{path}", operation_id=f"{path}_match", summary=summary,
        responses=answers(schemas.Match, 200, 404, 409, 412, 413, 415), openapi_extra=json_schema(model),
        dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def transition(
        request: Request,
        match_id: str,
        caller: Annotated[Caller, Depends(Needs("matches:write", commuters=True))],
        body: Annotated[Any, Depends(body_of(model))],
        version: Annotated[int | None, Depends(if_match)],
    ) -> Response:
        match = await do(context_of(request), caller, match_id, body, version)
        return resource(match_document(match, caller.whose))


def _answer(given: Answer) -> Do:
    return lambda context, caller, id_, body, version: answer(
        context, caller, id_, body.trip_id, given, reason=body.reason, if_version=version
    )


def _ride(way: Way) -> Do:
    return lambda context, caller, id_, body, version: advance_ride(
        context, caller, id_, body.trip_id, way, reason=body.reason, if_version=version
    )


def _cancel(context: Context, caller: Caller, id_: str, body: Any, version: int | None) -> Awaitable[MatchRecord]:
    return cancel(context, caller, id_, body.trip_id, reason=body.reason, if_version=version)


def _delay(context: Context, caller: Caller, id_: str, body: Any, version: int | None) -> Awaitable[MatchRecord]:
    return delay(context, caller, id_, body.trip_id, body.delay_s, if_version=version)


_transition("accept", "Accept for one of your trips", _answer("accepted"))
_transition("decline", "Decline for one of your trips: the others are free at once", _answer("declined"))
_transition("cancel", "Cancel a trip in its match: others ride on where they can, or are free at once", _cancel)
_transition("start", "The driver sets off", _ride("start"))
_transition("pickup", "A rider gets in", _ride("pickup"))
_transition("dropoff", "A rider gets out", _ride("dropoff"))
_transition("complete", "The driver has arrived", _ride("complete"))
_transition("delay", "A driver or a rider is late: everyone is told, or asked anew", _delay, DelayBody)


@router.post(
    "/{match_id}/position", operation_id="position_match", summary="Say where the car is",
    responses=answers(schemas.Match, 200, 404, 409, 413, 415), openapi_extra=json_schema(PositionBody),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def note_position(
    request: Request,
    match_id: str,
    caller: Annotated[Caller, Depends(Needs("matches:write", commuters=True))],
    body: Annotated[PositionBody, Depends(body_of(PositionBody))],
) -> Response:
    """Keep the position of a car under way, for its people, until the ride ends."""
    where = Position(lat=body.lat, lon=body.lon, at=body.at)
    match = await underway.note_position(context_of(request), caller, match_id, where)
    return resource(match_document(match, caller.whose))
