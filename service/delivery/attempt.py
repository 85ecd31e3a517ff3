"""One POST: a deadline for all of it, no redirect, the answer's first KiB kept and the rest dropped.

It uses httpcore, the engine beneath httpx, directly: there is then nothing to switch off (redirects, cookies,
proxies from the environment, decompression), and a delivery costs about half.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import httpcore
import httpx

from service.addresses import Resolve
from service.clock import monotonic_s
from service.delivery.guard import AddressRefused, GuardedBackend, NameNotFound, TlsFailed
from service.model.webhook_urls import UrlRefused, webhook_url

ErrorKind = Literal[
    "timeout", "name_not_found", "address_refused", "url_refused", "connect_failed", "tls_failed", "connection_lost",
    "not_http",
]  # fmt: skip
_KINDS: dict[type[BaseException], ErrorKind] = {
    TimeoutError: "timeout", UrlRefused: "url_refused", httpcore.LocalProtocolError: "url_refused",
    AddressRefused: "address_refused", NameNotFound: "name_not_found", TlsFailed: "tls_failed",
    httpcore.ConnectError: "connect_failed", httpcore.NetworkError: "connection_lost",
    httpcore.ConnectionNotAvailable: "connection_lost", httpcore.RemoteProtocolError: "not_http",
}  # fmt: skip
KEPT_BYTES = 1024
_BODY_S = 2.0  # how long the answer's body may take once its status is known; it is only kept for the log
_IDLE_S = 4.0  # shorter than common servers keep a connection, so that few are lost at the moment of use
_POOLS = 512
_CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: an answer's status, or the kind of error."""

    status: int | None
    error: ErrorKind | None
    latency_ms: int
    answer: str = ""
    retry_after: str | None = None


@dataclass(slots=True)
class _Pool:
    url: str
    target: httpcore.URL
    host: bytes
    connections: httpcore.AsyncConnectionPool


class Sender:
    """Posts to endpoints, each with a small pool of kept connections of its own; the pools least used are closed."""

    def __init__(
        self, resolve: Resolve, *, timeout_s: float, allow_private: bool, trust: ssl.SSLContext | None = None,
        most_pools: int = _POOLS,
    ) -> None:  # fmt: skip
        self._guard = GuardedBackend(resolve, allow_private=allow_private)
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._most_pools = most_pools
        self._trust = trust or httpx.create_ssl_context()
        self._pools: OrderedDict[str, _Pool] = OrderedDict()
        self._base = [
            (b"user-agent", f"Carpool/{_version()}".encode()), (b"content-type", b"application/json"),
            (b"accept", b"*/*"), (b"accept-encoding", b"identity"),
        ]  # fmt: skip

    async def post(self, lane: str, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Post once. `lane` names whose connections to use. Never raises for what a receiver does."""
        started_s = monotonic_s()
        try:
            async with asyncio.timeout(self._timeout_s):
                pool = await self._pool(lane, url)
                return await self._exchange(pool, headers, body, started_s)
        except tuple(_KINDS) as error:
            kind = next(_KINDS[known] for known in type(error).__mro__ if known in _KINDS)
            # An answer that breaks off and one that was never HTTP are one class there.
            if isinstance(error, httpcore.RemoteProtocolError) and "disconnected" in str(error):
                kind = "connection_lost"
            return Outcome(None, kind, _ms_since(started_s))

    async def _exchange(self, pool: _Pool, headers: Mapping[str, str], body: bytes, started_s: float) -> Outcome:
        fields = [(b"host", pool.host), *self._base, (b"content-length", str(len(body)).encode())]
        fields += [(name.encode(), value.encode()) for name, value in headers.items()]
        request = httpcore.Request("POST", pool.target, headers=fields, content=body)
        answer = await pool.connections.handle_async_request(request)
        try:
            latency_ms = _ms_since(started_s)
            kept = await _first_bytes(answer)
        finally:
            await answer.aclose()
        asked = next(
            (value.decode("latin-1") for name, value in answer.headers if name.lower() == b"retry-after"), None
        )
        text = kept.decode("utf-8", "replace").replace("\x00", "\ufffd")
        return Outcome(answer.status, None, latency_ms, text, asked)

    async def _pool(self, lane: str, url: str) -> _Pool:
        pool = self._pools.get(lane)
        if pool is not None and pool.url == url:
            self._pools.move_to_end(lane)
            return pool
        parsed = httpx.URL(webhook_url(url, allow_private=self._allow_private))
        pool = _Pool(
            url,
            httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path),
            parsed.netloc,
            httpcore.AsyncConnectionPool(
                ssl_context=self._trust, max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS,
                keepalive_expiry=_IDLE_S, http1=True, http2=False, network_backend=self._guard,
            ),
        )  # fmt: skip
        before = self._pools.pop(lane, None)
        self._pools[lane] = pool
        evicted = [before] if before else []
        if len(self._pools) > self._most_pools:
            evicted.append(self._pools.popitem(last=False)[1])
        for old in evicted:
            await old.connections.aclose()
        return pool

    async def close(self) -> None:
        """Close all kept connections."""
        while self._pools:
            await self._pools.popitem()[1].connections.aclose()


async def _first_bytes(answer: httpcore.Response) -> bytes:
    kept = b""
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in answer.aiter_stream():
                kept += chunk
                if len(kept) >= KEPT_BYTES:
                    break
    except (TimeoutError, httpcore.NetworkError, httpcore.RemoteProtocolError):
        pass  # the status has come, and decides; the body is only for the partner to read in the log
    return kept[:KEPT_BYTES]


def _ms_since(started_s: float) -> int:
    return round((monotonic_s() - started_s) * 1000)


def _version() -> str:
    try:
        return version("carpool")
    except PackageNotFoundError:
        return "0"
