"""Around every request: an id, a log line and a metric without personal data, and safe headers."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import tracing
from service.api.deprecation import deprecation_headers
from service.api.problems import INTERNAL, INTERNAL_DETAIL, problem_response
from service.api.rate_limits import rate_limit_headers
from service.clock import monotonic_s

_REQUEST_ID = re.compile(r"[\w.:@+-]{1,128}", re.ASCII)
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_STREAM = b"text/event-stream; charset=utf-8"
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
        started = monotonic_s()
        status: int | None = None
        goes_on = False
        headers = Headers(scope=scope)
        request_id = _request_id(headers.get("x-request-id"))

        async def send_with_headers(message: Message) -> None:
            nonlocal status, goes_on
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                if (b"content-type", _STREAM) in message["headers"]:
                    goes_on = True  # it is answered now; how long it lasts says nothing of how fast that was
                    self._record(scope, status, monotonic_s() - started, span)
                safe = [header for header in _SAFE if header[0] not in given]
                told = [*rate_limit_headers(scope), *deprecation_headers(scope)]
                message["headers"] = [*message["headers"], *safe, *told, (b"x-request-id", request_id.encode())]
            await send(message)

        given_trace = headers.get("traceparent", "")
        with (
            tracing.span(scope["method"], "server", parent=given_trace) as span,
            structlog.contextvars.bound_contextvars(request_id=request_id, **_trace_id(given_trace)),
        ):
            try:
                await self.app(scope, receive, send_with_headers)
            except Exception:
                log.exception("unexpected")
                if status is None:
                    request = Request(scope)
                    answer = problem_response(request, INTERNAL, INTERNAL_DETAIL)
                    await answer(scope, receive, send_with_headers)
            finally:
                if not goes_on:
                    self._record(scope, status or 500, monotonic_s() - started, span)

    def _record(self, scope: Scope, status: int, seconds: float, span: tracing.Mark) -> None:
        # The route's template, never the path: paths carry ids of people.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD") else "other"
        _requests(method, route, status).inc()
        _seconds(method, route).observe(seconds)
        write = log.info if method not in ("GET", "HEAD") or status >= 400 else log.debug
        write("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
        span.rename(f"{method} {route}")
        span.set(method=method, route=route, status=status, error=str(status) if status >= 500 else None)
        span.end()


@lru_cache(maxsize=1024)
def _requests(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


@lru_cache(maxsize=256)
def _seconds(method: str, route: str) -> Histogram:
    return SECONDS.labels(method, route)


def _trace_id(given: str) -> dict[str, str]:
    """Return the trace that this call is in, or that its caller's W3C ``traceparent`` names, for the log."""
    found = tracing.trace_id(tracing.traceparent() or given)
    return {"trace_id": found} if found else {}


def _request_id(given: str | None) -> str:
    return given if given and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
