"""Series: trips that recur, posted as offers or requests with a recurrence."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import created, encode, listing, resource
from service.api.auth import Needs, context_of
from service.api.conditions import if_match
from service.api.documented import answers
from service.api.idempotency import OnceFor
from service.api.merge_patch import merge_patch, merged, patch_body
from service.api.queries import FromQuery, SeriesQuery, no_query
from service.model.partners import Caller
from service.model.series import Series
from service.model.trips import Draft, Kind
from service.usecases import series
from service.usecases.context import Context
from service.usecases.occurrences import today

router = APIRouter(prefix="/v1/series", tags=["Series"])
_ANY: Any = schemas.OfferSeries | schemas.RequestSeries


async def post_series(context: Context, caller: Caller, kind: Kind, draft: Draft, once: OnceFor) -> Response:
    """Answer the series that a trip with a recurrence is."""

    def document(made: Series) -> dict[str, Any]:
        return made.document(today(context, made))

    made, replay = await series.post_series(context, caller, kind, draft, lambda made: once(encode(document(made))))
    return created(document(made), replay, "/v1/series")


@router.get("", operation_id="list_series", summary="List your series", responses=answers(schemas.Listed[_ANY]))
async def list_series(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("trips:read", commuters=True))],
    query: Annotated[SeriesQuery, Query()],
) -> Response:
    """Return series, newest first."""
    context = context_of(request)
    page = await series.list_series(context, caller, query.page("series"), status=query.status, commuter=query.commuter)
    return listing(page, lambda found: found.document(today(context, found)))


@router.get(
    "/{series_id}", operation_id="get_series", summary="Get a series", responses=answers(_ANY, 200, 304, 404),
    dependencies=[Depends(no_query)],
)  # fmt: skip
async def get_series(
    request: Request, series_id: str, caller: Annotated[Caller, Depends(Needs("trips:read", commuters=True))]
) -> Response:
    """Return a series with the trips that were made of it and are ahead."""
    _, found = await series.find_series(context_of(request), caller, series_id)
    return _resource(request, found)


@router.patch(
    "/{series_id}", operation_id="amend_series", summary="Change a series",
    responses=answers(_ANY, 200, 404, 409, 412, 413, 415), openapi_extra=patch_body("OfferPatch", "RequestPatch"),
)  # fmt: skip
async def amend_series(
    request: Request,
    series_id: str,
    caller: Annotated[Caller, Depends(Needs("trips:write", commuters=True))],
    query: Annotated[FromQuery, Query()],
    patch: Annotated[dict[str, Any], Depends(merge_patch)],
    version: Annotated[int | None, Depends(if_match)],
) -> Response:
    """Change all of a series that is ahead, or what is from a day on, by a JSON merge patch (RFC 7396).

    Trips that are open follow, save in what was changed in them alone; of times only the local time of day counts.
    """
    changed = await series.amend_series(
        context_of(request), caller, series_id, lambda draft: merged(draft, patch), query.from_, version
    )
    return _resource(request, changed)


@router.delete(
    "/{series_id}", operation_id="cancel_series", summary="End a series", responses=answers(_ANY, 200, 404, 409, 412)
)
async def cancel_series(
    request: Request,
    series_id: str,
    caller: Annotated[Caller, Depends(Needs("trips:write", commuters=True))],
    query: Annotated[FromQuery, Query()],
    version: Annotated[int | None, Depends(if_match)],
) -> Response:
    """End a series, at once or from a day on: its trips from then on are cancelled, also those that are agreed."""
    ended = await series.cancel_series(context_of(request), caller, series_id, query.from_, version)
    return _resource(request, ended)


def _resource(request: Request, found: Series) -> Response:
    return resource(found.document(today(context_of(request), found)))
