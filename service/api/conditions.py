"""Versions as entity tags: ``ETag`` on answers, ``If-Match`` on changes, ``If-None-Match`` on reads (RFC 9110)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import Fault, Invalid

_TAG = r'(?:W/)?"?([0-9]{1,15})"?'
_ANY = r"\*"


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


async def if_match(
    value: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description='The version you last read, as its ETag: `"3"`.',
            json_schema_extra={"pattern": f"^(?:{_TAG}|{_ANY})$"},
        ),
    ] = None,
) -> int | None:
    """Return the version that the caller says is the current one, None where any will do."""
    if value is None or value.strip() == "*":
        return None
    found = re.fullmatch(_TAG, value.strip())
    if found is None:
        raise Invalid(Fault("If-Match", 'must be one entity tag of ours, such as "3"'))
    return int(found[1])


class NotModified:
    """ASGI middleware: a GET whose ``If-None-Match`` names the answer's entity tag is answered 304, with no body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and keep back what its caller has."""
        asked = Headers(scope=scope).get("if-none-match") if scope["type"] == "http" else None
        if asked is None or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        known = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        kept_back = False

        async def send_what_is_new(message: Message) -> None:
            nonlocal kept_back
            if message["type"] == "http.response.start" and message["status"] == 200:
                tag = Headers(raw=message["headers"]).get("etag")
                kept_back = tag is not None and not known.isdisjoint((tag, "*"))
                if kept_back:
                    left = [header for header in message["headers"] if not header[0].startswith(b"content-")]
                    message = {**message, "status": 304, "headers": left}
            elif kept_back and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, send_what_is_new)
