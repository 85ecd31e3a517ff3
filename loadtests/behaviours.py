"""What receivers of webhooks do wrong, one function each: it answers, and says whether the connection stays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadtests.misbehaving import Receiver, Request

Behave = Callable[["Receiver", "Request", asyncio.StreamWriter], Awaitable[bool]]


def plain(status: int, body: bytes = b"", *headers: str) -> bytes:
    """Return an answer's bytes."""
    lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def say(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send bytes; the connection stays."""
    writer.write(data)
    await writer.drain()
    return True


async def answer_status(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    """Answer the status that the path begins with, 200 where it begins with none."""
    status = request.path.strip("/").split("/")[0]
    return await say(writer, plain(int(status) if status.isdigit() else 200, b"said so"))


async def _script(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    return await say(writer, plain(receiver.statuses.pop(0) if receiver.statuses else 200))


async def _held(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await receiver.released.wait()
    return await say(writer, plain(200))


async def _stall(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await asyncio.Event().wait()
    return False


async def _reset(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    return False


async def _slow_head(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    for byte in plain(200):
        await say(writer, bytes([byte]))
        await asyncio.sleep(0.05)
    return True


async def _slow_body(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await say(writer, b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        await say(writer, b"x")
        await asyncio.sleep(0.05)


async def _endless(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await say(writer, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        await say(writer, b"10000\r\n" + b"e" * 0x10000 + b"\r\n")


async def _redirect(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    return await say(writer, plain(302, b"", f"location: {receiver.url('/trap')}"))


async def _garbage(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await say(writer, b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    return False


async def _half(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await say(writer, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    return False


async def _busy(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    return await say(writer, plain(429, b"later", "retry-after: 7"))


async def _close(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await say(writer, plain(200, b"", "connection: close"))
    return False


async def _drop(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await say(writer, plain(200))
    return False


BEHAVIOURS: dict[str, Behave] = {
    "/script": _script, "/held": _held, "/stall": _stall, "/reset": _reset, "/slow-head": _slow_head,
    "/slow-body": _slow_body, "/endless": _endless, "/redirect": _redirect, "/garbage": _garbage, "/half": _half,
    "/busy": _busy, "/close": _close, "/drop": _drop,
}  # fmt: skip
