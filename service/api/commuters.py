"""Commuters: the rights of the people whom partners post trips for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.api.answers import encode, resource
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema
from service.api.conditions import if_match
from service.api.documented import answers
from service.api.idempotency import OnceFor, once_for
from service.api.queries import BlockQuery, no_query
from service.api.schemas import Listed
from service.api.schemas.commuters import (
    Block,
    Export,
    Profile,
    ProfileBody,
    ReportBody,
    ReportReceipt,
)
from service.clock import rfc3339
from service.model.partners import Caller
from service.model.profiles import Consent as ConsentGiven
from service.model.trips import CommuterId
from service.usecases import blocks, erasing, exporting, profiles, reports

router = APIRouter(prefix="/v1/commuters/{commuter_id}", tags=["Commuters"])
Manager = Annotated[Caller, Depends(Needs("commuters:manage"))]
Own = Annotated[Caller, Depends(Needs("commuters:manage", commuters=True))]
Id = Annotated[CommuterId, Path(description="Your id of the person.")]
OtherId = Annotated[
    CommuterId,
    Path(
        description="A trip of a match that this commuter is or was in; with an API key also another commuter of yours."
    ),
]
_ONE = [Depends(no_query)]


@router.put(
    "", operation_id="put_commuter", summary="Say what a commuter is called and has consented to",
    responses=answers(Profile, 200, 409, 412, 413, 415), openapi_extra=json_schema(ProfileBody), dependencies=_ONE,
)  # fmt: skip
async def put_commuter(
    request: Request, commuter_id: Id, caller: Manager, body: Annotated[ProfileBody, Depends(body_of(ProfileBody))],
    version: Annotated[int | None, Depends(if_match)],
) -> Response:  # fmt: skip
    """Keep what people in an agreed car call a person, and the consent that the person has given you.

    All of it is written anew: what is left out is taken back, and a consent before is kept as withdrawn.
    """
    given = body.consent
    consent = None if given is None else ConsentGiven(given.purpose, given.version, given.at)
    profile = await profiles.put_profile(context_of(request), caller, commuter_id, body.display_name, consent, version)
    return resource(profile.document())


@router.get(
    "", operation_id="get_commuter", summary="Get what is said of a commuter", responses=answers(Profile, 200, 404),
    dependencies=_ONE,
)  # fmt: skip
async def get_commuter(request: Request, commuter_id: Id, caller: Own) -> Response:
    """Return what was said of a commuter beyond their trips, which need none of it."""
    return resource((await profiles.get_profile(context_of(request), caller, commuter_id)).document())


@router.get(
    "/export", operation_id="export_commuter", summary="All that is kept about a commuter", dependencies=_ONE,
    responses=answers(Export),
)  # fmt: skip
async def export_commuter(request: Request, commuter_id: Id, caller: Own) -> Response:
    """Return all that is kept about a person in one document, for them to have; of others it tells nothing.

    It is written as it is read: one that breaks off is no JSON.
    """
    context = context_of(request)
    sections = await exporting.export(context, caller, commuter_id)
    head = {"commuter_id": commuter_id, "exported_at": rfc3339(context.clock.now())}
    return StreamingResponse(_written(head, sections), media_type="application/json")


async def _written(head: dict[str, Any], sections: Sequence[exporting.Section]) -> AsyncIterator[bytes]:
    yield encode(head)[:-1]
    for name, documents in sections:
        yield f',"{name}":['.encode()
        between = b""
        async for document in documents:
            yield between + encode(document)
            between = b","
        yield b"]"
    yield b"}"


@router.delete(
    "", status_code=204, operation_id="erase_commuter", summary="Erase a commuter", dependencies=_ONE,
    responses=answers(None, 204, 409),
)  # fmt: skip
async def erase_commuter(request: Request, commuter_id: Id, caller: Manager) -> Response:
    """Erase all that is kept of a person, before this is answered; a repeat ends what was left half done.

    Trips that are ahead are cancelled first. Matches keep figures only, and events ids, states and times.
    409 while the person is on the way with others.
    """
    await erasing.erase(context_of(request), caller, commuter_id)
    return Response(status_code=204)


@router.post(
    "/reports", status_code=201, operation_id="report_commuter", summary="Report somebody to the partners",
    responses=answers(ReportReceipt, 201, 404, 409, 413, 415), openapi_extra=json_schema(ReportBody),
    dependencies=_ONE,
)  # fmt: skip
async def report_commuter(
    request: Request, commuter_id: Id, caller: Own, body: Annotated[ReportBody, Depends(body_of(ReportBody))],
    once: Annotated[OnceFor, Depends(once_for)],
) -> Response:  # fmt: skip
    """Report, for a commuter, another person of a match: `commuter.reported` tells you, and the other's partner.

    The other's partner does not read by whom, nor the words; the other is not told by anybody here.
    """
    made, first = await reports.report(
        context_of(request), caller, commuter_id, body.match_id, body.about_trip_id, body.kind, body.text,
        lambda report: once(encode(report.receipt())), blocks=body.block,
    )  # fmt: skip
    headers = {} if first is None else {"Idempotent-Replayed": "true"}
    return Response(first or encode(made.receipt()), 201, headers, "application/json")


@router.put(
    "/blocks/{other_id}", status_code=204, operation_id="block_commuter",
    summary="Never with this person again, in either direction", dependencies=_ONE,
    responses=answers(None, 204, 404, 409),
)  # fmt: skip
async def block_commuter(request: Request, commuter_id: Id, other_id: OtherId, caller: Own) -> Response:
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
async def unblock_commuter(request: Request, commuter_id: Id, other_id: OtherId, caller: Own) -> Response:
    """Take a commuter's own block back; that of the other stays."""
    await blocks.unblock(context_of(request), caller, commuter_id, other_id)
    return Response(status_code=204)


@router.get(
    "/blocks", operation_id="list_blocks", summary="List whom a commuter blocks",
    responses=answers(Listed[Block]),
)  # fmt: skip
async def list_blocks(
    request: Request, commuter_id: Id, caller: Own, query: Annotated[BlockQuery, Query()]
) -> Response:
    """Return whom a commuter blocks, by id; who blocks them is not told."""
    found = [b for b in await blocks.list_blocks(context_of(request), caller, commuter_id) if b.named > query.cursor]
    page = found[: query.limit]
    cursor = page[-1].named if len(found) > len(page) else None
    return Response(
        encode({"items": [block.document() for block in page], "next_cursor": cursor}), media_type="application/json"
    )
