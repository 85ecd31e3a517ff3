"""A receiver of webhooks that answers 204 at once and notes when each came; alone, a process that prints its port."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import uvloop

_END_OF_HEAD = b"\r\n\r\n"
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver:
    """What has come: by webhook-id, the moments (`time.perf_counter`) at which it did. `look` sees each body."""

    def __init__(self, look: Callable[[bytes, float], None] = lambda body, at: None) -> None:
        self.url = ""
        self.arrivals: dict[bytes, list[float]] = {}
        self.look = look

    @property
    def doubled(self) -> int:
        """How many came more often than once."""
        return sum(len(moments) > 1 for moments in self.arrivals.values())

    def take(self, head: bytes, body: bytes) -> None:
        """Note one delivery."""
        now = time.perf_counter()
        self.arrivals.setdefault(_field(head.lower(), b"webhook-id:"), []).append(now)
        self.look(body, now)


class _Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(_END_OF_HEAD)) >= 0:
            head, start = self._data[:end], end + len(_END_OF_HEAD)
            stop = start + int(_field(head.lower(), b"content-length:") or 0)
            if len(self._data) < stop:
                return
            self._receiver.take(head, self._data[start:stop])
            self._data = self._data[stop:]
            self._transport.write(_ANSWER)


def _field(head: bytes, name: bytes) -> bytes:
    at = head.find(name)
    return head[at + len(name) :].partition(b"\r\n")[0].strip() if at >= 0 else b""


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Receive on a port of the loopback for the length of a block."""
    receiver = Receiver()
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(receiver), "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    try:
        yield receiver
    finally:
        server.close()


async def _alone() -> None:
    async with receiving() as receiver:
        print(receiver.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_alone())
