"""Webhook endpoints: where a partner takes events."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api import schemas
from service.api.answers import created, encode, listing, resource
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema, optional_body_of
from service.api.conditions import if_match
from service.api.documented import answers
from service.api.idempotency import OnceFor, once_for
from service.api.merge_patch import merge_patch, merged, patch_body
from service.api.queries import DeliveryQuery, EndpointQuery, no_body, no_query
from service.api.schemas import EndpointBody, EndpointDraft, RedeliverBody, RotateBody
from service.model.events import EventType
from service.model.partners import Caller
from service.model.webhooks import Delivery, Endpoint
from service.usecases import redelivery, webhooks
from service.usecases.redelivery import Missed
from service.usecases.webhooks import Change

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["Webhooks"])
Manager = Annotated[Caller, Depends(Needs("webhooks:manage"))]
_ONE = [Depends(no_query)]


@router.post(
    "", status_code=201, operation_id="create_webhook_endpoint", summary="Register an endpoint", dependencies=_ONE,
    responses=answers(schemas.NewEndpoint, 201, 409, 413, 415), openapi_extra=json_schema(EndpointBody),
)  # fmt: skip
async def create_endpoint(
    request: Request,
    caller: Manager,
    body: Annotated[EndpointBody, Depends(body_of(EndpointBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Answer the endpoint with its `secret`, which is shown this once and signs every delivery."""
    draft = webhooks.EndpointDraft(
        body.url, webhooks.each_once(body.event_types or ()), body.description, body.asymmetric,
        webhooks.each_once(body.communities or ()),
    )  # fmt: skip
    document, replay = await webhooks.create_endpoint(context_of(request), caller, draft, once)
    return created(document, replay, "/v1/webhook-endpoints")


@router.get(
    "", operation_id="list_webhook_endpoints", summary="List your endpoints",
    responses=answers(schemas.Listed[schemas.Endpoint]),
)  # fmt: skip
async def list_endpoints(request: Request, caller: Manager, query: Annotated[EndpointQuery, Query()]) -> Response:
    """Return your endpoints, newest first, without their secrets."""
    return listing(
        await webhooks.list_endpoints(context_of(request), caller, query.page("endpoint")), Endpoint.document
    )


@router.get(
    "/{endpoint_id}", operation_id="get_webhook_endpoint", summary="Get an endpoint", dependencies=_ONE,
    responses=answers(schemas.Endpoint, 200, 304, 404),
)  # fmt: skip
async def get_endpoint(request: Request, endpoint_id: str, caller: Manager) -> Response:
    """Return one endpoint; `status` says whether it still gets events."""
    return resource((await webhooks.get_endpoint(context_of(request), caller, endpoint_id)).document())


@router.patch(
    "/{endpoint_id}", operation_id="change_webhook_endpoint", summary="Change an endpoint, or enable it again",
    dependencies=_ONE, responses=answers(schemas.Endpoint, 200, 404, 409, 412, 413, 415),
    openapi_extra=patch_body("EndpointPatch"),
)  # fmt: skip
async def change_endpoint(
    request: Request,
    endpoint_id: str,
    caller: Manager,
    patch: Annotated[dict[str, Any], Depends(merge_patch)],
    version: Annotated[int | None, Depends(if_match)],
) -> Response:
    """Change where events go, or which, by a JSON merge patch (RFC 7396).

    What is owed to an endpoint that is enabled again is sent from now on.
    """

    def change(endpoint: Endpoint) -> Change:
        now = EndpointDraft.model_construct(
            url=endpoint.url, event_types=cast("list[EventType]", list(endpoint.event_types)),
            communities=list(endpoint.communities), description=endpoint.description, status=endpoint.status,
        )  # fmt: skip
        wanted = merged(now, patch)
        types, communities = webhooks.each_once(wanted.event_types or ()), webhooks.each_once(wanted.communities or ())
        return Change(wanted.url, types, communities, wanted.description, wanted.status)

    changed = await webhooks.change_endpoint(context_of(request), caller, endpoint_id, version, change)
    return resource(changed.document())


@router.delete(
    "/{endpoint_id}", status_code=204, operation_id="delete_webhook_endpoint", summary="Delete an endpoint",
    dependencies=_ONE, responses=answers(None, 204, 404),
)  # fmt: skip
async def delete_endpoint(request: Request, endpoint_id: str, caller: Manager) -> Response:
    """Delete an endpoint and all that is still owed to it."""
    await webhooks.delete_endpoint(context_of(request), caller, endpoint_id)
    return Response(status_code=204)


@router.post(
    "/{endpoint_id}/rotate-secret", operation_id="rotate_webhook_secret", summary="Rotate an endpoint's secret",
    dependencies=_ONE, responses=answers(schemas.NewEndpoint, 200, 404, 409, 412, 413, 415),
    openapi_extra=json_schema(RotateBody, required=False),
)  # fmt: skip
async def rotate_secret(
    request: Request,
    endpoint_id: str,
    caller: Manager,
    version: Annotated[int | None, Depends(if_match)],
    body: Annotated[RotateBody, Depends(optional_body_of(RotateBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Answer the endpoint with a new `secret`, shown this once; the one before signs every delivery too for 24 h."""
    document, replay = await webhooks.rotate_secret(
        context_of(request), caller, endpoint_id, version, timedelta(seconds=body.overlap_s), once
    )
    return created(document, replay, "/v1/webhook-endpoints", 200)


@router.post(
    "/{endpoint_id}/ping", status_code=202, operation_id="ping_webhook_endpoint", summary="Ping an endpoint",
    dependencies=_ONE, responses=answers(schemas.Event, 202, 404, 409, 413),
)  # fmt: skip
async def ping_endpoint(
    request: Request,
    endpoint_id: str,
    caller: Manager,
    once: Annotated[OnceFor, Depends(once_for)],
    _: Annotated[None, Depends(no_body)],
) -> Response:
    """Send a signed `ping` event to this endpoint alone."""
    event, repeated = await webhooks.ping_endpoint(context_of(request), caller, endpoint_id, once)
    headers = {"Idempotent-Replayed": "true"} if repeated else {}
    return Response(encode(event), 202, headers, "application/json")


@router.post(
    "/{endpoint_id}/redeliver", status_code=202, operation_id="redeliver", summary="Send events to an endpoint again",
    dependencies=_ONE, responses=answers(schemas.Redelivery, 202, 404, 409, 413, 415),
    openapi_extra=json_schema(RedeliverBody),
)  # fmt: skip
async def redeliver(
    request: Request,
    endpoint_id: str,
    caller: Manager,
    body: Annotated[RedeliverBody, Depends(body_of(RedeliverBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Queue events for this endpoint alone, under their own ids; what is queued for it already stays as it is."""
    context = context_of(request)
    if body.since is not None:
        missed = Missed(body.since, body.until)
        answer, repeated = await redelivery.redeliver_missed(context, caller, endpoint_id, missed, once)
    else:
        ids = body.event_ids or ()
        answer, repeated = await redelivery.redeliver_events(context, caller, endpoint_id, ids, once)
    headers = {"Idempotent-Replayed": "true"} if repeated else {}
    return Response(encode(answer), 202, headers, "application/json")


@router.get(
    "/{endpoint_id}/deliveries", operation_id="list_deliveries", summary="List an endpoint's deliveries",
    responses=answers(schemas.Listed[schemas.Delivery], 200, 404),
)  # fmt: skip
async def list_deliveries(
    request: Request, endpoint_id: str, caller: Manager, query: Annotated[DeliveryQuery, Query()]
) -> Response:
    """Return deliveries with their attempts, the latest begun first."""
    page = await webhooks.list_deliveries(
        context_of(request), caller, endpoint_id, status=query.status, limit=query.limit, cursor=query.cursor
    )
    return listing(page, Delivery.document)
