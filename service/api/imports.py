"""Imports: files of many trips, a JSON document a line, which are posted by and by."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.api import schemas
from service.api.answers import created, encode, listing, resource
from service.api.auth import Needs, context_of
from service.api.documented import answers
from service.api.idempotency import Key, asked_of, name_of
from service.api.queries import ImportQuery, no_query
from service.model.imports import MOST_BYTES, MOST_LINES, Import
from service.model.partners import Caller
from service.store.once import Once
from service.usecases import imports

router = APIRouter(prefix="/v1/imports", tags=["Imports"])
_NDJSON = "application/x-ndjson"
_LINES: dict[str, Any] = {
    "requestBody": {"required": True, "content": {_NDJSON: {"schema": {
        "type": "string", "format": "binary",
        "description": f"Up to {MOST_LINES} lines, each an `OfferLine` or a `RequestLine`; {MOST_BYTES >> 20} MiB.",
    }}}},
}  # fmt: skip
_FAULTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An `ImportFault` a line",
        "content": {_NDJSON: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(
    "", status_code=202, operation_id="post_import", summary="Import many trips",
    responses=answers(schemas.Import, 202, 413, 415, 429), openapi_extra=_LINES, dependencies=[Depends(no_query)],
)  # fmt: skip
async def post_import(
    request: Request, caller: Annotated[Caller, Depends(Needs("trips:write"))], key: Key = None
) -> Response:
    """Take trips, which are posted by and by: GET the import to see how far it is."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _NDJSON:
        raise HTTPException(415, f"send a trip a line, as Content-Type: {_NDJSON}")
    name, asked = name_of(request, key), asked_of(request)

    def once(taken: Import) -> Once | None:
        return None if name is None else Once(name, asked.hexdigest(), encode(taken.document()).decode())

    chunks = _bounded(request.stream(), asked.update)
    taken, replay = await imports.take(context_of(request), caller, chunks, once)
    return created(taken.document(), replay, "/v1/imports", 202)


async def _bounded(chunks: AsyncIterator[bytes], see: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        see(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            raise HTTPException(413, f"an import may have {MOST_BYTES} bytes: send the rest as another")
        yield chunk


@router.get(
    "", operation_id="list_imports", summary="List your imports", responses=answers(schemas.Listed[schemas.Import])
)
async def list_imports(
    request: Request,
    caller: Annotated[Caller, Depends(Needs("trips:read"))],
    query: Annotated[ImportQuery, Query()],
) -> Response:
    """Return imports, newest first."""
    return listing(await imports.list_imports(context_of(request), caller, query.page("import")), Import.document)


@router.get(
    "/{import_id}", operation_id="get_import", summary="Get an import", dependencies=[Depends(no_query)],
    responses=answers(schemas.Import, 200, 304, 404),
)  # fmt: skip
async def get_import(
    request: Request, import_id: str, caller: Annotated[Caller, Depends(Needs("trips:read"))]
) -> Response:
    """Return an import, with how far it is."""
    return resource((await imports.get_import(context_of(request), caller, import_id)).document())


@router.get(
    "/{import_id}/errors", operation_id="list_import_errors", summary="What was wrong in an import",
    responses=answers(None, 200, 404) | _FAULTS, response_class=Response, dependencies=[Depends(no_query)],
)  # fmt: skip
async def list_import_errors(
    request: Request, import_id: str, caller: Annotated[Caller, Depends(Needs("trips:read"))]
) -> Response:
    """Return what was wrong in the lines judged so far, in their order."""
    found = await imports.faults(context_of(request), caller, import_id)
    return StreamingResponse(found, media_type=_NDJSON)
