"""A proxy between a process and its store that counts round trips: how often bytes went there after an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_PIECE = 1 << 16


class RoundTrips:
    """Counts over all connections. What goes there in several pieces before anything comes back counts once."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._over = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.count = 0

    async def close(self) -> None:
        """End all connections."""
        self._over.set()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side hangs up."""
        connection = asyncio.create_task(self._pass_on(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(str(self._server))
        answered = True

        async def there() -> None:
            nonlocal answered
            while data := await reader.read(_PIECE):
                self.count += answered
                answered = False
                there_writer.write(data)

        async def back() -> None:
            nonlocal answered
            while data := await there_reader.read(_PIECE):
                answered = True
                writer.write(data)

        ways = [asyncio.ensure_future(way) for way in (there(), back(), self._over.wait())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, there_writer):
                end.close()


@asynccontextmanager
async def counting(server: Path, own: Path) -> AsyncIterator[RoundTrips]:
    """Listen on a unix socket of our own, on behalf of a store's."""
    trips = RoundTrips(server)
    listener = await asyncio.start_unix_server(trips.accept, str(own))
    try:
        yield trips
    finally:
        listener.close()
        await trips.close()
