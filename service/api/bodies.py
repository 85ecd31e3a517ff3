"""Read a JSON body: its type, its size, its depth, its fields; each fault with a pointer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.errors import Fault, Invalid
from service.model.faults import faults_of

Body = TypeVar("Body", bound=BaseModel)
Parsed = TypeVar("Parsed")
MAX_BYTES = 1 << 20
MAX_DEPTH = 32
LONGEST_S = 20.0  # that a body may take to come
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]')


def body_of(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Return a dependency that reads the body as `model`. Raises Invalid; HTTPException 413, 415."""

    async def read(request: Request) -> Body:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise HTTPException(415, "send the body as Content-Type: application/json")
        return parse(model, await read_bytes(request))

    return read


def optional_body_of(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Return a dependency that reads the body as `model`, and no body as an empty one. Raises as `body_of` does."""
    read_body = body_of(model)

    async def read(request: Request) -> Body:
        nothing = (await read_bytes(request)).strip() in (b"", b"{}")
        return parse(model, b"{}") if nothing else await read_body(request)

    return read


async def read_bytes(request: Request) -> bytes:
    """Return the body, kept on the request for the idempotency key's hash. Raises HTTPException 408, 413."""
    kept: bytes | None = getattr(request.state, "body", None)
    if kept is not None:
        return kept
    chunks, size = [], 0
    try:
        async with asyncio.timeout(LONGEST_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > MAX_BYTES:
                    raise HTTPException(413, f"a body may have {MAX_BYTES} bytes")
                chunks.append(chunk)
    except TimeoutError:
        raise HTTPException(408, f"the body did not come within {LONGEST_S:g} s", {"Connection": "close"}) from None
    request.state.body = b"".join(chunks)
    return request.state.body  # type: ignore[no-any-return]


def parse(model: type[Body], data: bytes) -> Body:
    """Return the body as `model`. Raises Invalid."""
    return parse_as(model.model_validate_json, data)


def parse_as(read: Callable[[bytes], Parsed], data: bytes) -> Parsed:
    """Return what `read` makes of a body. Raises Invalid."""
    if _depth(data) > MAX_DEPTH:
        raise Invalid(Fault("", f"is nested deeper than {MAX_DEPTH} levels"))
    try:
        return read(data)
    except ValidationError as error:
        raise Invalid(*faults_of(error)) from None


def _depth(data: bytes) -> int:
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for match in _STRING_OR_BRACKET.finditer(data):
        token = match.group()
        if token in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in b"]}":
            depth -= 1
    return deepest


def json_schema(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """Return the request body's entry in the OpenAPI document."""
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": reference}}}}
