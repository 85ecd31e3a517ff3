"""Partners and their keys, and what was administered: for operators, of what is live."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

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
from service.api.queries import AuditQuery, PartnerQuery, no_body, no_query
from service.api.schemas import KeyBody, KeyRotateBody, PartnerBody, PartnerPatch
from service.model.partners import ApiKey, Caller, Partner
from service.store.audit import Act
from service.usecases import audit, partners, provisioning
from service.usecases.context import Context
from service.usecases.partners import PartnerChange

router = APIRouter(prefix="/v1", tags=["Partners"])
Operator = Annotated[Caller, Depends(Needs("operator", live=True))]
_ONE = [Depends(no_query)]


def _context(request: Request, caller: Caller) -> Context:
    return replace(context_of(request).live, actor=caller.key_id)


@router.post(
    "/partners", status_code=201, operation_id="create_partner", summary="Make a partner", dependencies=_ONE,
    responses=answers(schemas.Partner, 201, 409, 413, 415), openapi_extra=json_schema(PartnerBody),
)  # fmt: skip
async def create_partner(
    request: Request,
    caller: Operator,
    body: Annotated[PartnerBody, Depends(body_of(PartnerBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Make a partner. It calls with keys of its own."""
    context = _context(request, caller)
    partner = partners.new_partner(context, body.name, body.shares_with, body.origins)
    first = await provisioning.make_partner(context, caller, partner, once(encode(partner.document())))
    return created(partner.document(), first, "/v1/partners")


@router.get(
    "/partners",
    operation_id="list_partners",
    summary="List partners",
    responses=answers(schemas.Listed[schemas.Partner]),
)
async def list_partners(request: Request, caller: Operator, query: Annotated[PartnerQuery, Query()]) -> Response:
    """Return partners, newest first."""
    return listing(await partners.page_of_partners(context_of(request), query.page("partner")), Partner.document)


@router.get(
    "/partners/{partner_id}", operation_id="get_partner", summary="Get a partner", dependencies=_ONE,
    responses=answers(schemas.Partner, 200, 304, 404),
)  # fmt: skip
async def get_partner(request: Request, partner_id: str, caller: Operator) -> Response:
    """Return a partner."""
    return resource((await partners.get_partner(context_of(request), partner_id)).document())


@router.patch(
    "/partners/{partner_id}", operation_id="amend_partner", summary="Change a partner", dependencies=_ONE,
    responses=answers(schemas.Partner, 200, 404, 409, 412, 413, 415), openapi_extra=json_schema(PartnerPatch),
)  # fmt: skip
async def amend_partner(
    request: Request,
    partner_id: str,
    caller: Operator,
    body: Annotated[PartnerPatch, Depends(body_of(PartnerPatch))],
    version: Annotated[int | None, Depends(if_match)],
) -> Response:
    """Change what a body names of a partner. Batches to come heed whom it shares with."""
    change = PartnerChange(body.name, body.shares_with, body.origins)
    changed = await partners.update_partner(_context(request, caller), partner_id, change, version)
    return resource(changed.document())


@router.post(
    "/partners/{partner_id}/keys", status_code=201, operation_id="create_key", summary="Make a key", dependencies=_ONE,
    responses=answers(schemas.NewApiKey, 201, 404, 409, 413, 415), openapi_extra=json_schema(KeyBody, required=False),
)  # fmt: skip
async def create_key(
    request: Request,
    partner_id: str,
    caller: Operator,
    body: Annotated[KeyBody, Depends(optional_body_of(KeyBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Make an API key of a partner. Its text is shown this once, and again to a repeat."""
    made, first = await provisioning.make_key(
        _context(request, caller),
        partner_id,
        once,
        scopes=body.scopes,
        sandbox=body.sandbox,
        expires_at=body.expires_at,
        calls_per_s=body.calls_per_s,
    )
    return _made(made, first, f"/v1/partners/{partner_id}/keys/{made['id']}")


@router.get(
    "/partners/{partner_id}/keys", operation_id="list_keys", summary="List a partner's keys", dependencies=_ONE,
    responses=answers(schemas.Listed[schemas.Key], 200, 404),
)  # fmt: skip
async def list_keys(request: Request, partner_id: str, caller: Operator) -> Response:
    """Return all keys of a partner, oldest first, in one page: those that have ended, too."""
    return listing(await provisioning.keys_of(context_of(request), partner_id), ApiKey.document)


@router.get(
    "/partners/{partner_id}/keys/{key_id}", operation_id="get_key", summary="Get a key", dependencies=_ONE,
    responses=answers(schemas.Key, 200, 404),
)  # fmt: skip
async def get_key(request: Request, partner_id: str, key_id: str, caller: Operator) -> Response:
    """Return a key without its secret."""
    return _plain((await partners.find_key(context_of(request), key_id, partner_id)).document())


@router.post(
    "/partners/{partner_id}/keys/{key_id}/rotate", status_code=201, operation_id="rotate_key", summary="Rotate a key",
    responses=answers(schemas.NewApiKey, 201, 404, 409, 413, 415), dependencies=_ONE,
    openapi_extra=json_schema(KeyRotateBody, required=False),
)  # fmt: skip
async def rotate_key(
    request: Request,
    partner_id: str,
    key_id: str,
    caller: Operator,
    body: Annotated[KeyRotateBody, Depends(optional_body_of(KeyRotateBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:
    """Make a key like another, which ends after the overlap."""
    made, first = await provisioning.rotate_key(_context(request, caller), partner_id, key_id, body.overlap_s, once)
    return _made(made, first, f"/v1/partners/{partner_id}/keys/{made['id']}")


@router.delete(
    "/partners/{partner_id}/keys/{key_id}", operation_id="revoke_key", summary="Revoke a key",
    responses=answers(schemas.Key, 200, 404), dependencies=[*_ONE, Depends(no_body)],
)  # fmt: skip
async def revoke_key(request: Request, partner_id: str, key_id: str, caller: Operator) -> Response:
    """Revoke a key. When this is answered it opens nothing, on any process, and neither do tokens that it made."""
    return _plain((await partners.revoke_key(_context(request, caller), key_id, partner_id)).document())


@router.get(
    "/audit", operation_id="list_acts", summary="What was administered", responses=answers(schemas.Listed[schemas.Act])
)
async def list_acts(request: Request, caller: Operator, query: Annotated[AuditQuery, Query()]) -> Response:
    """Return what was done to partners, keys and markets, and by whom, newest first."""
    return listing(await audit.list_acts(context_of(request), query.page("act"), query.partner), Act.document)


def _plain(document: dict[str, object]) -> Response:
    return Response(encode(document), media_type="application/json")


def _made(document: dict[str, object], first: str | None, location: str) -> Response:
    headers = {"Location": location}
    if first is not None:
        headers["Idempotent-Replayed"] = "true"
    return Response(encode(document) if first is None else first.encode(), 201, headers, "application/json")
