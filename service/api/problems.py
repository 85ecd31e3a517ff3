"""Each error as one RFC 9457 problem: the only place where errors get HTTP statuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from service import errors
from service.errors import CarpoolError, Fault

MEDIA_TYPE = "application/problem+json"
BASE = "https://carpool.example/errors/"


@dataclass(frozen=True, slots=True)
class Problem:
    """A type of problem: its name ends the type's URI, and is that of its page in ``docs/errors/``."""

    name: str
    status: int
    title: str


INVALID = Problem("invalid", 422, "What was sent is not valid")
NOT_FOUND = Problem("not-found", 404, "There is no such thing")
UNAUTHENTICATED = Problem("unauthenticated", 401, "Credentials are missing or not good")
FORBIDDEN = Problem("forbidden", 403, "The credentials lack a scope")
DAMAGED = Problem("damaged", 500, "A record of this thing is damaged")
WRONG_STATE = Problem("wrong-state", 409, "The state does not allow this")
STALE_VERSION = Problem("stale-version", 412, "The version named is not the current one")
KEY_REUSED = Problem("idempotency-key-reused", 422, "The idempotency key was used with another body")
UNAVAILABLE = Problem("store-unavailable", 503, "The store is out of reach")
BUSY = Problem("busy", 409, "Too many changes at once")
ERASED = Problem("erased", 410, "What the idempotency key made was erased")
EVENTS_DROPPED = Problem("events-dropped", 410, "Events in between are kept no longer")
TOO_MANY_STREAMS = Problem("too-many-streams", 429, "There are as many streams as there may be")
RATE_LIMITED = Problem("rate-limited", 429, "There were more calls than the rate limit allows")
TOO_SLOW = Problem("too-slow", 408, "The body came too slowly")
TOO_MANY_IMPORTS = Problem("too-many-imports", 429, "There are as many unfinished imports as there may be")
MALFORMED = Problem("malformed", 400, "The request could not be read")
TOO_LARGE = Problem("too-large", 413, "The body is too large")
MEDIA = Problem("unsupported-media-type", 415, "The body is of a media type that is not taken here")
METHOD = Problem("method-not-allowed", 405, "This method is not offered here")
INTERNAL = Problem("internal", 500, "Something went wrong on this side")

OF_ERROR: dict[type[CarpoolError], Problem] = {
    errors.Invalid: INVALID,
    errors.NotFound: NOT_FOUND,
    errors.Damaged: DAMAGED,
    errors.Unauthenticated: UNAUTHENTICATED,
    errors.Forbidden: FORBIDDEN,
    errors.WrongState: WRONG_STATE,
    errors.StaleVersion: STALE_VERSION,
    errors.KeyReused: KEY_REUSED,
    errors.StoreUnavailable: UNAVAILABLE,
    errors.Busy: BUSY,
    errors.Erased: ERASED,
    errors.EventsDropped: EVENTS_DROPPED,
    errors.RateLimited: RATE_LIMITED,
    errors.TooManyStreams: TOO_MANY_STREAMS,
    errors.TooManyImports: TOO_MANY_IMPORTS,
    errors.StaleLease: INTERNAL,
    errors.StoreUnsafe: UNAVAILABLE,
    errors.SettingError: INTERNAL,
    errors.BadBackup: INTERNAL,
    errors.RestoreRefused: INTERNAL,
}
OF_STATUS = {
    p.status: p for p in (NOT_FOUND, METHOD, TOO_LARGE, MEDIA, MALFORMED, TOO_SLOW, UNAUTHENTICATED, FORBIDDEN)
}
INTERNAL_DETAIL = "This is our fault; the X-Request-Id of this answer names it in the logs."
_RETRY_AFTER_S = "2"


def problem_response(
    request: Request, problem: Problem, detail: str, faults: Sequence[Fault] = (), headers: dict[str, str] | None = None
) -> Response:
    """Return a problem as the answer to a request."""
    return Response(orjson.dumps(_document(request, problem, detail, faults)), problem.status, headers, MEDIA_TYPE)


def document_of_error(request: Request, error: CarpoolError, at: str = "") -> dict[str, Any]:
    """Return an error of the service as a problem; `at` points at the part of the body that it is of."""
    problem = _problem_of(error)
    faults = [Fault(at + f.pointer, f.detail) for f in error.faults] if isinstance(error, errors.Invalid) else []
    detail = "; ".join(f"{f.pointer or 'the body'} {f.detail}" for f in faults[:3]) if faults else str(error)
    return _document(request, problem, INTERNAL_DETAIL if problem is INTERNAL else detail, faults)


def of_error(request: Request, error: CarpoolError) -> Response:
    """Return an error of the service as the answer to a request."""
    problem = _problem_of(error)
    headers = {}
    if problem in (UNAVAILABLE, TOO_MANY_STREAMS, TOO_MANY_IMPORTS):
        headers["Retry-After"] = _RETRY_AFTER_S
    if isinstance(error, errors.RateLimited):
        headers["Retry-After"] = str(error.wait_s)
    if problem is UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="carpool"'
    return Response(orjson.dumps(document_of_error(request, error)), problem.status, headers, MEDIA_TYPE)


def _problem_of(error: CarpoolError) -> Problem:
    return next(OF_ERROR[kind] for kind in type(error).__mro__ if kind in OF_ERROR)


def _document(request: Request, problem: Problem, detail: str, faults: Sequence[Fault]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": BASE + problem.name, "title": problem.title, "status": problem.status, "detail": detail,
        "instance": request.url.path,
    }  # fmt: skip
    if faults:
        document["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]
    return document
