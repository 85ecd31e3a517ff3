"""Matches: read them, accept them, decline them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import listing, resource
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema
from service.api.conditions import if_match
from service.api.documented import answers
from service.api.queries import MatchQuery, no_query
from service.api.schemas import AnswerBody
from service.model.matches import Answer
from service.model.partners import Caller
from service.usecases import matches
from service.usecases.visibility import match_document

router = APIRouter(prefix="/v1/matches", tags=["Matches"])


@router.get(
    "", operation_id="list_matches", summary="List your matches", responses=answers(schemas.Listed[schemas.Match])
)
async def list_matches(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("matches:read"))],
    query: Annotated[MatchQuery, Query()],
) -> Response:
    """Return the matches that touch your trips."""
    page = await matches.list_matches(
        context_of(request), caller, query.page("match"), status=query.status, commuter=query.commuter
    )
    return listing(page, partial(match_document, partner_id=caller.partner_id))


@router.get(
    "/{match_id}", operation_id="get_match", summary="Get a match", responses=answers(schemas.Match, 200, 404),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def get_match(
    request: Request, match_id: str, caller: Annotated[Caller, Depends(Needs("matches:read"))]
) -> Response:
    """Return one match as you may see it."""
    match = await matches.get_match(context_of(request), caller, match_id)
    return resource(match_document(match, caller.partner_id))


def _answer_route(path: str, given: Answer, summary: str) -> None:
    @router.post(
        f"/{{match_id}}/{path}", operation_id=f"{path}_match", summary=summary,
        responses=answers(schemas.Match, 200, 404, 409, 412, 413, 415), openapi_extra=json_schema(AnswerBody),
        dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def answer(
        request: Request,
        match_id: str,
        caller: Annotated[Caller, Depends(Needs("matches:write"))],
        body: Annotated[AnswerBody, Depends(body_of(AnswerBody))],
        version: Annotated[int | None, Depends(if_match)],
    ) -> Response:
        match = await matches.answer(
            context_of(request), caller, match_id, body.trip_id, given, reason=body.reason, if_version=version
        )
        return resource(match_document(match, caller.partner_id))


_answer_route("accept", "accepted", "Accept for one of your trips")
_answer_route("decline", "declined", "Decline for one of your trips: the others are free at once")
