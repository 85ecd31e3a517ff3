"""Cross-origin reading (https://fetch.spec.whatwg.org/#http-cors-protocol): a partner's pages read what it is answered.

A preflight comes without credentials, so whose page it is can not be told: it is answered to any, and gives nothing
away. The answer itself may be read by pages of the origins that the caller's partner has named. Credentials are
headers that a page has to hold, never cookies: no other page can have a browser send them.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_UNDER = "/v1/"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "Last-Event-ID, Traceparent, X-Request-Id",
    "Access-Control-Max-Age": "600",
}
_EXPOSED = (
    "Deprecation, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, "
    "X-Request-Id"
)


class Cors:
    """ASGI middleware: lets pages of a partner's origins read its answers, and any page that it is not known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; let the page of an allowed origin read any other answer."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if origin is None or not scope["path"].startswith(_UNDER):
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            preflight = Response(status_code=204, headers={"Access-Control-Allow-Origin": origin, **_PREFLIGHT})
            preflight.headers["Vary"] = "Origin"
            await preflight(scope, receive, send)
            return

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.add_vary_header("Origin")
                origins: tuple[str, ...] | None = scope.get("state", {}).get("origins")
                if origins is None or origin in origins:
                    answered["Access-Control-Allow-Origin"] = origin
                    answered["Access-Control-Expose-Headers"] = _EXPOSED
            await send(message)

        await self.app(scope, receive, send_readable)
