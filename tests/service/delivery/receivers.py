"""A receiver of webhooks that misbehaves as its path says: a real server on a port of the loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Behave = Callable[["Receiver", asyncio.StreamWriter], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Serves while its context is open. ``/500`` answers 500 and so on; the other paths are in `_BEHAVIOURS`."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._tls = tls
        self._host = host
        self._changed = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self.received: list[Request] = []
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self.statuses: list[int] = []
        """For ``/script``: the statuses to answer in turn; 200 when there are none left."""
        self.released = asyncio.Event()
        """``/held`` answers while this is set."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._host, 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, path: str = "/200") -> str:
        """Return where to send."""
        return f"{'https' if self._tls else 'http'}://{self._host}:{self.port}{path}"

    def bodies(self, path: str) -> list[bytes]:
        """Return what was sent to a path."""
        return [request.body for request in self.received if request.path == path]

    async def wait_for(self, holds: Callable[[list[Request]], bool], timeout_s: float = 20) -> None:
        """Return once `holds` of what was received."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: holds(self.received))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = head[0].split(" ")[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        async with self._changed:
            self.received.append(Request(path, headers, body))
            self._changed.notify_all()
        try:
            return await _BEHAVIOURS.get(path, _status)(self, writer)
        finally:
            self.at_once -= 1


def plain(status: int, body: bytes = b"", *headers: str) -> bytes:
    """Return an answer's bytes."""
    lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _say(writer: asyncio.StreamWriter, data: bytes) -> bool:
    writer.write(data)
    await writer.drain()
    return True


async def _status(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    status = receiver.received[-1].path.strip("/").split("/")[0]
    return await _say(writer, plain(int(status) if status.isdigit() else 200, b"said so"))


async def _script(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    return await _say(writer, plain(receiver.statuses.pop(0) if receiver.statuses else 200))


async def _held(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await receiver.released.wait()
    return await _say(writer, plain(200))


async def _stall(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await asyncio.Event().wait()
    return False


async def _reset(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    return False


async def _slow_head(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    for byte in plain(200):
        await _say(writer, bytes([byte]))
        await asyncio.sleep(0.05)
    return True


async def _slow_body(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await _say(writer, b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        await _say(writer, b"x")
        await asyncio.sleep(0.05)


async def _endless(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await _say(writer, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        await _say(writer, b"10000\r\n" + b"e" * 0x10000 + b"\r\n")


async def _redirect(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    return await _say(writer, plain(302, b"", f"location: {receiver.url('/trap')}"))


async def _garbage(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await _say(writer, b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    return False


async def _half(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await _say(writer, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    return False


async def _busy(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    return await _say(writer, plain(429, b"later", "retry-after: 7"))


async def _close(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await _say(writer, plain(200, b"", "connection: close"))
    return False


async def _drop(receiver: Receiver, writer: asyncio.StreamWriter) -> bool:
    await _say(writer, plain(200))
    return False


_BEHAVIOURS: dict[str, Behave] = {
    "/script": _script, "/held": _held, "/stall": _stall, "/reset": _reset, "/slow-head": _slow_head,
    "/slow-body": _slow_body, "/endless": _endless, "/redirect": _redirect, "/garbage": _garbage, "/half": _half,
    "/busy": _busy, "/close": _close, "/drop": _drop,
}  # fmt: skip
