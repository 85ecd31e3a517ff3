"""Offers and requests: the same five routes for both kinds."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import RootModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import created, encode, listing, resource
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema, parse
from service.api.conditions import if_match
from service.api.documented import answers
from service.api.idempotency import OnceFor, once_for
from service.api.merge_patch import merge_patch, merged, patch_body
from service.api.queries import OfferQuery, RequestQuery, TripQuery, no_query
from service.api.schemas.looks import Explanation
from service.api.series import post_series
from service.model.partners import Caller
from service.model.trips import DRAFTS, Draft, Kind, Trip
from service.usecases import amending, trips

_MODELS: dict[Kind, Any] = {"offer": schemas.Offer, "request": schemas.Request}
_SERIES: dict[Kind, Any] = {"offer": schemas.OfferSeries, "request": schemas.RequestSeries}
_LISTED: dict[Kind, Any] = {"offer": schemas.Listed[schemas.Offer], "request": schemas.Listed[schemas.Request]}

_QUERIES: dict[Kind, type[TripQuery]] = {"offer": OfferQuery, "request": RequestQuery}


def trip_router(kind: Kind) -> APIRouter:
    """Return the routes of offers or of requests."""
    plural, model = f"{kind}s", _MODELS[kind]
    queried: Any = _QUERIES[kind]
    router = APIRouter(prefix=f"/v1/{plural}", tags=[plural.capitalize()])

    @router.post(
        "", status_code=201, operation_id=f"post_{kind}", summary=f"Post {_a(kind)}",
        responses=answers(model | _SERIES[kind], 201, 409, 410, 413, 415), openapi_extra=json_schema(DRAFTS[kind]),
        dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def post_trip(
        request: Request,
        caller: Annotated[Caller, Depends(Needs("trips:write", commuters=True))],
        draft: Annotated[Any, Depends(_draft_of(kind))],
        once: Annotated[OnceFor, Depends(once_for)],
    ) -> Response:
        """Post a trip; with a `recurrence` it is a series, whose trips are made a week ahead."""
        if draft.recurrence is not None:
            return await post_series(context_of(request), caller, kind, draft, once)
        trip, replay = await trips.post_trip(
            context_of(request), caller, kind, draft, lambda trip: once(encode(trip.document()))
        )
        return created(trip.document(), replay, f"/v1/{plural}")

    @router.get("", operation_id=f"list_{plural}", summary=f"List your {plural}", responses=answers(_LISTED[kind]))
    async def list_trips(
        request: Request,
        caller: Annotated[Caller, Depends(Needs("trips:read", commuters=True))],
        query: Annotated[queried, Query()],
    ) -> Response:
        page = await trips.list_trips(
            context_of(request), caller, kind, query.page(kind), status=query.status, commuter=query.commuter,
            external_id=query.external_id, series=query.series,
        )  # fmt: skip
        return listing(page, Trip.document)

    @router.get(
        "/{trip_id}", operation_id=f"get_{kind}", summary=f"Get {_a(kind)}", responses=answers(model, 200, 304, 404),
        dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def get_trip(
        request: Request, trip_id: str, caller: Annotated[Caller, Depends(Needs("trips:read", commuters=True))]
    ) -> Response:
        return resource((await trips.get_trip(context_of(request), caller, kind, trip_id)).document())

    @router.patch(
        "/{trip_id}", operation_id=f"amend_{kind}", summary=f"Change {_a(kind)}",
        responses=answers(model, 200, 404, 409, 412, 413, 415), openapi_extra=patch_body(f"{kind.capitalize()}Patch"),
        dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def amend_trip(
        request: Request,
        trip_id: str,
        caller: Annotated[Caller, Depends(Needs("trips:write", commuters=True))],
        patch: Annotated[dict[str, Any], Depends(merge_patch)],
        version: Annotated[int | None, Depends(if_match)],
    ) -> Response:
        """Change a trip while it is open, by a JSON merge patch (RFC 7396); null gives a field its default again."""
        trip = await amending.amend_trip(
            context_of(request), caller, kind, trip_id, lambda draft: merged(draft, patch), version
        )
        return resource(trip.document())

    @router.get(
        "/{trip_id}/explanation", operation_id=f"explain_{kind}", summary=f"Why {_a(kind)} has no match now",
        responses=answers(Explanation, 200, 404), dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def explain_trip(
        request: Request, trip_id: str, caller: Annotated[Caller, Depends(Needs("trips:read", commuters=True))]
    ) -> Response:
        from service.usecases.explaining import explain  # compiled kernels: loaded for who asks

        found = await explain(context_of(request), caller, kind, trip_id)
        return Response(encode(found), media_type="application/json")

    @router.delete(
        "/{trip_id}", operation_id=f"cancel_{kind}", summary=f"Cancel {_a(kind)}",
        responses=answers(model, 200, 404, 409, 412), dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def cancel_trip(
        request: Request,
        trip_id: str,
        caller: Annotated[Caller, Depends(Needs("trips:write", commuters=True))],
        version: Annotated[int | None, Depends(if_match)],
    ) -> Response:
        return resource((await trips.cancel_trip(context_of(request), caller, kind, trip_id, version)).document())

    return router


def _draft_of(kind: Kind) -> Callable[[Request], Awaitable[Draft]]:
    """Return a dependency that reads what is posted; a commuter need not say who they are."""
    read_object, read_draft = body_of(RootModel[dict[str, Any]]), body_of(DRAFTS[kind])

    async def read(request: Request) -> Draft:
        commuter_id = request.state.caller.commuter_id
        if commuter_id is None:
            return await read_draft(request)
        body = {"commuter_id": commuter_id, **(await read_object(request)).root}
        return parse(DRAFTS[kind], to_json(body))

    return read


def _a(kind: Kind) -> str:
    return "an offer" if kind == "offer" else "a request"
