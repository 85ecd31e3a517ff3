"""Share a ride by a link, and the page that it opens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema
from service.api.documented import answers
from service.api.queries import no_query
from service.api.schemas.base import Answered
from service.api.share_page import ended_page, language_of, ride_page
from service.clock import rfc3339
from service.errors import Damaged, NotFound
from service.model.partners import Caller
from service.usecases import sharing

router = APIRouter()
Sharer = Annotated[Caller, Depends(Needs("matches:write", commuters=True))]
_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class ShareBody(BaseModel):
    """Whose part of the ride is shared."""

    model_config = ConfigDict(extra="forbid", strict=True)

    trip_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ShareLink(Answered):
    """A link to a ride. Whoever has it sees the ride, until it ends."""

    path: str = Field(
        description="To be put behind this service's public address.", examples=["/share/bWFpbiBt….x1Yz…"]
    )
    expires_at: AwareDatetime = Field(description="It ends with the ride, or when it is taken back, and then at last.")


@router.post(
    "/v1/matches/{match_id}/share", operation_id="share_match", summary="Get a link that shows a ride",
    tags=["Matches"], responses=answers(ShareLink, 200, 404, 409, 413, 415), openapi_extra=json_schema(ShareBody),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def share_match(
    request: Request, match_id: str, caller: Sharer,
    body: Annotated[ShareBody, Depends(body_of(ShareBody))],
) -> Response:  # fmt: skip
    """Return the link to one trip's part of an agreed ride; again, it is the same.

    It shows the driver's name and car, this trip's own stops, and where the car is while it is under way; nobody else.
    """
    token, until = await sharing.share(context_of(request), caller, match_id, body.trip_id)
    document = {"path": f"/share/{token}", "expires_at": rfc3339(until)}
    return Response(encode(document), media_type="application/json")


@router.delete(
    "/v1/matches/{match_id}/share/{trip_id}", status_code=204, operation_id="unshare_match",
    summary="Take the link to a ride back", tags=["Matches"], responses=answers(None, 204, 404),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def unshare_match(request: Request, match_id: str, trip_id: str, caller: Sharer) -> Response:
    """End a link at once."""
    await sharing.unshare(context_of(request), caller, match_id, trip_id)
    return Response(status_code=204)


@router.get("/share/{token}", include_in_schema=False)
async def shared_ride(request: Request, token: str) -> Response:
    """Answer the page of a shared ride, or one that says that there is none: the same for all that are not."""
    language = language_of(request.headers.get("accept-language", ""))
    try:
        page, status = ride_page(language, await sharing.view(context_of(request), token)), 200
    except (NotFound, Damaged):
        page, status = ended_page(language), 404
    headers = {
        "Content-Security-Policy": _POLICY, "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store",
        "Content-Language": language, "Vary": "Accept-Language",
    }  # fmt: skip
    return Response(page, status, headers, "text/html")
