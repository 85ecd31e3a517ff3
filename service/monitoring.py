"""`/metrics` and `/healthz` of processes that serve no API: a matcher's, a deliverer's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from service import telemetry
from service.settings import Settings

_WITHIN_S = 5.0  # a request, and then its answer
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@asynccontextmanager
async def monitored(settings: Settings) -> AsyncIterator[None]:
    """Answer on `CARPOOL_METRICS_PORT` for the length of a block; not at all where it is 0. Raises OSError.

    It is the work's own loop that answers, so a process that hangs is seen not to be alive.
    """
    if not settings.metrics_port:
        yield
        return
    try:
        server = await asyncio.start_server(_answer, settings.host, settings.metrics_port, limit=8192)
    except OSError as error:
        raise OSError(
            error.errno, f"can not answer metrics on {settings.host} port {settings.metrics_port}: {error.strerror}; "
            "set another CARPOOL_METRICS_PORT",
        ) from None  # fmt: skip
    try:
        yield
    finally:
        server.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):  # whoever asked has gone, or raves
        async with asyncio.timeout(_WITHIN_S):
            head = await reader.readuntil(b"\r\n\r\n")
            method, _, rest = head.partition(b" ")
            status, body = await _page(method, rest.partition(b" ")[0])
            fields = f"content-type: {_TEXT}\r\ncontent-length: {len(body)}\r\nconnection: close"
            writer.write(f"HTTP/1.1 {status}\r\n{fields}\r\n\r\n".encode() + body)
            await writer.drain()
    writer.close()


async def _page(method: bytes, path: bytes) -> tuple[str, bytes]:
    if method != b"GET":
        return "405 Method Not Allowed", b"only GET\n"
    if path == b"/healthz":
        return "200 OK", b"alive\n"
    if path == b"/metrics":
        return "200 OK", await asyncio.to_thread(telemetry.exposition)
    return "404 Not Found", b"there are /metrics and /healthz\n"
