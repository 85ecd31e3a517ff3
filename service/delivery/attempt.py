"""One POST: a deadline for all of it, no redirect, the answer's first KiB kept and the rest dropped.

It uses httpcore, the engine beneath httpx, directly: there is then nothing to switch off (redirects, cookies,
proxies from the environment, decompression), and a delivery costs about half.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import httpcore
import httpx

from service.addresses import Resolve
from service.clock import monotonic_s
from service.delivery.connections import Connections, Target
from service.delivery.guard import AddressRefused, GuardedBackend, NameNotFound, TlsFailed
from service.model.webhook_urls import UrlRefused

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: an answer's status, or the kind of error."""

    status: int | None
    error: ErrorKind | None
    latency_ms: int
    answer: str = ""
    retry_after: str | None = None


class Sender:
    """Posts to endpoints over connections that are kept for each."""

    def __init__(
        self, resolve: Resolve, *, timeout_s: float, allow_private: bool, trust: ssl.SSLContext | None = None
    ) -> None:
        self._timeout_s = timeout_s
        guard = GuardedBackend(resolve, allow_private=allow_private)
        self.connections = Connections(guard, trust or httpx.create_ssl_context(), allow_private=allow_private)
        self._base = [
            (b"user-agent", f"Carpool/{_version()}".encode()), (b"content-type", b"application/json"),
            (b"accept", b"*/*"), (b"accept-encoding", b"identity"),
        ]  # fmt: skip

    async def post(self, lane: str, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Post once. `lane` names whose connections to use. Never raises for what a receiver does."""
        started_s = monotonic_s()
        try:
            async with asyncio.timeout(self._timeout_s):
                target = await self.connections.target(lane, url)
                return await self._exchange(target, headers, body, started_s)
        except tuple(_KINDS) as error:
            kind = next(_KINDS[known] for known in type(error).__mro__ if known in _KINDS)
            # An answer that breaks off and one that was never HTTP are one class there.
            if isinstance(error, httpcore.RemoteProtocolError) and "disconnected" in str(error):
                kind = "connection_lost"
            return Outcome(None, kind, _ms_since(started_s))

    async def _exchange(self, target: Target, headers: Mapping[str, str], body: bytes, started_s: float) -> Outcome:
        fields = [(b"host", target.host), *self._base, (b"content-length", str(len(body)).encode())]
        fields += [(name.encode(), value.encode()) for name, value in headers.items()]
        request = httpcore.Request("POST", target.url, headers=fields, content=body)
        connection = await self.connections.take(target)
        try:
            answer = await connection.handle_async_request(request)
            latency_ms = _ms_since(started_s)
            kept = await _first_bytes(answer)
            await answer.aclose()
        finally:
            await self.connections.give_back(target, connection)
        asked = next(
            (value.decode("latin-1") for name, value in answer.headers if name.lower() == b"retry-after"), None
        )
        text = kept.decode("utf-8", "replace").replace("\x00", "\ufffd")
        return Outcome(answer.status, None, latency_ms, text, asked)


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
