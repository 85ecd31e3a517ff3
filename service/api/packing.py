"""Answers over a kibibyte are gzipped for those who take that."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.answers import takes_gzip

_FROM, _LEVEL = 1024, 4  # bytes; higher levels take much more time for little less


class Packing(GZipMiddleware):
    """The well-known middleware, but for callers who name gzip to refuse it (RFC 9110, 12.5.3)."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=_FROM, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a call."""
        if scope["type"] == "http" and not takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            # In place: what those inside note in the scope, such as the route, is read outside.
            scope["headers"] = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        await super().__call__(scope, receive, send)
