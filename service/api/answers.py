"""How resources, lists and created things are answered."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.api.conditions import etag
from service.store.listing import Page

Item = TypeVar("Item")
_PIECE = 1 << 18  # bytes


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


def gzipped(request: Request, document: bytes) -> Response:
    """Answer a JSON document that is kept gzipped: as it is where that is taken, else unpacked piece by piece.

    The application says itself that an answer depends on what is taken, where it could pack it.
    """
    if takes_gzip(request.headers.get("accept-encoding", "")):
        packed = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(document, 200, packed, "application/json")
    unpacked = gzip.GzipFile(fileobj=io.BytesIO(document))
    return StreamingResponse(iter(lambda: unpacked.read(_PIECE), b""), media_type="application/json")


def takes_gzip(accepted: str) -> bool:
    """Say whether an ``Accept-Encoding`` (RFC 9110) names gzip, and not to refuse it."""
    weights = dict(_coding(part) for part in accepted.lower().split(","))
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""


def _coding(part: str) -> tuple[str, str]:
    name, _, weight = part.partition(";")
    return name.strip(), weight.partition("=")[2].strip() or "1"


def listing(page: Page[Item], document: Callable[[Item], dict[str, Any]]) -> Response:
    """Answer a page of resources."""
    items = [document(item) for item in page.items]
    return Response(encode({"items": items, "next_cursor": page.next_cursor}), media_type="application/json")
