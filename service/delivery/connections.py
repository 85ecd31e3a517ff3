"""Kept connections, a few per endpoint, so that none waits for another's; those least used are closed.

It keeps httpcore's connections itself, for httpcore's own pool looks through all of them at each request.
"""

from __future__ import annotations

import ssl
from collections import OrderedDict
from dataclasses import dataclass, field

import httpcore
import httpx

from service.delivery.guard import GuardedBackend
from service.model.webhook_urls import webhook_url

_IDLE_S = 4.0  # shorter than common servers keep a connection, so that few are lost at the moment of use
_KEPT_EACH = 8
_KEPT_ENDPOINTS = 512


@dataclass(slots=True)
class Target:
    """One endpoint's URL, taken apart once, and its idle connections."""

    text: str
    url: httpcore.URL
    host: bytes
    idle: list[httpcore.AsyncHTTPConnection] = field(default_factory=list)


class Connections:
    """Hands out connections to endpoints, and takes back those that are good for another request."""

    def __init__(
        self, guard: GuardedBackend, trust: ssl.SSLContext, *, allow_private: bool, most: int = _KEPT_ENDPOINTS
    ) -> None:
        self._guard = guard
        self._trust = trust
        self._allow_private = allow_private
        self._most = most
        self._targets: OrderedDict[str, Target] = OrderedDict()

    async def target(self, lane: str, url: str) -> Target:
        """Return what is known of an endpoint. Raises UrlRefused where its URL is not, or no longer, allowed."""
        known = self._targets.get(lane)
        if known is not None and known.text == url:
            self._targets.move_to_end(lane)
            return known
        parsed = httpx.URL(webhook_url(url, allow_private=self._allow_private))
        parts = httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path)
        self._targets[lane] = made = Target(url, parts, parsed.netloc)
        self._targets.move_to_end(lane)
        if known is not None:
            await _close(known)
        if len(self._targets) > self._most:
            await _close(self._targets.popitem(last=False)[1])
        return made

    async def take(self, target: Target) -> httpcore.AsyncHTTPConnection:
        """Return an idle connection that is still open, or a new one, which connects at its first request."""
        while target.idle:
            connection = target.idle.pop()
            if connection.is_available() and not connection.has_expired():
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(
            target.url.origin, ssl_context=self._trust, keepalive_expiry=_IDLE_S, network_backend=self._guard
        )

    async def give_back(self, target: Target, connection: httpcore.AsyncHTTPConnection) -> None:
        """Keep a connection for the next request, or close it."""
        if connection.is_available() and len(target.idle) < _KEPT_EACH:
            target.idle.append(connection)
        else:
            await connection.aclose()

    async def close(self) -> None:
        """Close all idle connections."""
        while self._targets:
            await _close(self._targets.popitem()[1])


async def _close(target: Target) -> None:
    while target.idle:
        await target.idle.pop().aclose()
