"""Commuters: the rights of the people whom partners post trips for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.queries import BlockQuery, no_query
from service.api.schemas import Listed
from service.api.schemas.commuters import Block
from service.model.partners import Caller
from service.model.trips import CommuterId
from service.usecases import blocks

router = APIRouter(prefix="/v1/commuters/{commuter_id}", tags=["Commuters"])
Manager = Annotated[Caller, Depends(Needs("commuters:manage"))]
Id = Annotated[CommuterId, Path(description="Your id of the person.")]
OtherId = Annotated[
    CommuterId, Path(description="Another commuter of yours, or a trip of a match that this one is or was in.")
]
_ONE = [Depends(no_query)]


@router.put(
    "/blocks/{other_id}", status_code=204, operation_id="block_commuter",
    summary="Never with this person again, in either direction", dependencies=_ONE,
    responses=answers(None, 204, 404, 409),
)  # fmt: skip
async def block_commuter(request: Request, commuter_id: Id, other_id: OtherId, caller: Manager) -> Response:
    """Never match two people again. The other is not told.

    A proposal to both is declined for this commuter, whose trip also leaves an agreed car with the other that is ahead,
    and is matched anew. Of another partner's people you know trips alone: name one of a match that both were in.
    """
    await blocks.block(context_of(request), caller, commuter_id, other_id)
    return Response(status_code=204)


@router.delete(
    "/blocks/{other_id}", status_code=204, operation_id="unblock_commuter", summary="Take a block back",
    dependencies=_ONE, responses=answers(None, 204),
)  # fmt: skip
async def unblock_commuter(request: Request, commuter_id: Id, other_id: OtherId, caller: Manager) -> Response:
    """Take a commuter's own block back; that of the other stays."""
    await blocks.unblock(context_of(request), caller, commuter_id, other_id)
    return Response(status_code=204)


@router.get(
    "/blocks", operation_id="list_blocks", summary="List whom a commuter blocks",
    responses=answers(Listed[Block]),
)  # fmt: skip
async def list_blocks(
    request: Request, commuter_id: Id, caller: Manager, query: Annotated[BlockQuery, Query()]
) -> Response:
    """Return whom a commuter blocks, by id; who blocks them is not told."""
    found = [b for b in await blocks.list_blocks(context_of(request), caller, commuter_id) if b.named > query.cursor]
    page = found[: query.limit]
    cursor = page[-1].named if len(found) > len(page) else None
    return Response(
        encode({"items": [block.document() for block in page], "next_cursor": cursor}), media_type="application/json"
    )
