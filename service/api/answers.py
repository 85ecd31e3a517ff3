"""How resources, lists and created things are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from starlette.responses import Response

from service.api.conditions import etag
from service.store.listing import Page

Item = TypeVar("Item")


def encode(document: dict[str, Any]) -> bytes:
    """Return a document's bytes, the same each time."""
    return orjson.dumps(document)


def resource(document: dict[str, Any], status: int = 200) -> Response:
    """Answer one resource with its ETag."""
    return Response(encode(document), status, {"ETag": etag(document["version"])}, "application/json")


def created(document: dict[str, Any], replay: str | None, collection: str, status: int = 201) -> Response:
    """Answer a new resource; `replay` is the first answer where the idempotency key was seen before."""
    body = replay.encode() if replay is not None else encode(document)
    first = orjson.loads(body) if replay is not None else document
    headers = {"Location": f"{collection}/{first['id']}", "ETag": etag(first["version"])}
    if replay is not None:
        headers["Idempotent-Replayed"] = "true"
    return Response(body, status, headers, "application/json")


def listing(page: Page[Item], document: Callable[[Item], dict[str, Any]]) -> Response:
    """Answer a page of resources."""
    items = [document(item) for item in page.items]
    return Response(encode({"items": items, "next_cursor": page.next_cursor}), media_type="application/json")
