"""A receiver of webhooks that misbehaves as its path says: a real server on a port of the loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from loadtests.behaviours import BEHAVIOURS, answer_status


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Serves while its context is open. ``/500`` answers 500 and so on; the other paths are in `BEHAVIOURS`."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        self._tls = tls
        self._host = host
        self._port = port
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
        self._server = await asyncio.start_server(self._serve, self._host, self._port, ssl=self._tls)
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def port(self) -> int:
        """The port that it serves at."""
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
        if task is None:
            raise RuntimeError("connections are served in tasks of their own")
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

    async def note(self, request: Request) -> None:
        """Keep what was sent, and tell who waits for it."""
        async with self._changed:
            self.received.append(request)
            self._changed.notify_all()

    async def behave(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer as the path says; False where the connection ends with it."""
        return await BEHAVIOURS.get(request.path, answer_status)(self, request, writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path = head[0].split(" ")[:2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        request = Request(method, path, headers, body)
        await self.note(request)
        try:
            return await self.behave(request, writer)
        finally:
            self.at_once -= 1
