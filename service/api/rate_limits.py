"""``RateLimit-Policy`` and ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers-10) on every answer under a limit."""

from __future__ import annotations

from starlette.types import Scope

from service.store.limits import WINDOW_S, Left


def rate_limit_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return a call's headers: `q` calls in a window of `w` seconds, of which `r` are left; all are in `t` seconds."""
    left: Left | None = scope.get("state", {}).get("calls_left")
    if left is None:
        return []
    policy = f'"calls";q={left.bucket.most};w={WINDOW_S}'
    now = f'"calls";r={left.calls};t={left.full_after_s}'
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", now.encode())]
