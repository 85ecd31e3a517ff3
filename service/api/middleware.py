"""Around every request: an id, a log line and a metric without personal data, and safe headers."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.clock import monotonic_s

_REQUEST_ID = re.compile(r"[\w.:@+-]{1,128}", re.ASCII)
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
REQUESTS = Counter("carpool_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "carpool_http_request_seconds", "Time to answer", ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)  # fmt: skip
log = structlog.get_logger()


class Envelope:
    """ASGI middleware: request ids, logs, metrics and headers for every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with what belongs around it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = monotonic_s(), 500
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                given = {name for name, _ in headers}
                headers += [header for header in _SAFE if header[0] not in given]
                message["headers"] = [*headers, (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_headers)
            finally:
                self._record(scope, status, monotonic_s() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's template, never the path: paths carry ids of people.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD") else "other"
        _requests(method, route, status).inc()
        _seconds(method, route).observe(seconds)
        write = log.info if method not in ("GET", "HEAD") or status >= 400 else log.debug
        write("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


@lru_cache(maxsize=1024)
def _requests(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


@lru_cache(maxsize=256)
def _seconds(method: str, route: str) -> Histogram:
    return SECONDS.labels(method, route)


def _request_id(given: str | None) -> str:
    return given if given and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
