"""Load over HTTP at little cost of its own: ready-made requests, one under way on each connection."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, cast
from urllib.parse import urlsplit

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Answer(NamedTuple):
    """What a request got."""

    status: int
    body: bytes


@dataclass(slots=True)
class Answers:
    """What came back within `seconds`: how long each answer took, and how many there were of each status."""

    seconds: float = 0.0
    took_s: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.took_s) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """Return the time within which this share of the answers came."""
        return 1000 * percentile(self.took_s, percent)

    def note(self, answer: Answer, took_s: float) -> None:
        """Count an answer."""
        self.took_s.append(took_s)
        self.statuses[answer.status] += 1


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the least value that this share of the values does not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


async def drive(url: str, requests: Iterator[bytes], connections: int, seconds: float) -> Answers:
    """Keep a request under way on each connection for so long; what is under way then is waited for, not counted.

    Raises ConnectionError where the server hangs up.
    """
    answers = Answers(seconds)

    async def work(connection: Connection) -> None:
        sent = time.perf_counter()
        while sent < until:
            answer = await connection.ask(next(requests))
            now = time.perf_counter()
            if now < until:
                answers.note(answer, now - sent)
            sent = now

    async with connected(url, connections) as made:
        until = time.perf_counter() + seconds
        await asyncio.gather(*map(work, made))
    return answers


async def pace(url: str, requests: Iterator[bytes], per_s: float, seconds: float, connections: int = 64) -> Answers:
    """Send at a fixed rate, whatever comes back; a request that finds no free connection waits, which counts.

    Raises ConnectionError where the server hangs up.
    """
    async with connected(url, connections) as made:
        return await keep_pace(made, requests, per_s, seconds)


async def keep_pace(made: list[Connection], requests: Iterator[bytes], per_s: float, seconds: float) -> Answers:
    """Do the same over connections that are held open, all of them free.

    What is done in pieces is to be done so: a server that takes connections and sees them end answers nobody meanwhile.
    """
    answers = Answers(seconds)
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in made:
        free.put_nowait(connection)

    async def send(request: bytes, due: float) -> None:
        connection = await free.get()
        answers.note(await connection.ask(request), time.perf_counter() - due)
        free.put_nowait(connection)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as sending:
        for n in range(round(per_s * seconds)):
            await asyncio.sleep(max(0.0, began + n / per_s - time.perf_counter()))
            sending.create_task(send(next(requests), began + n / per_s))
    return answers


@asynccontextmanager
async def connected(url: str, connections: int) -> AsyncIterator[list[Connection]]:
    """Hold so many connections open for the length of a block."""
    address, loop = urlsplit(url), asyncio.get_running_loop()
    made: list[tuple[asyncio.Transport, Connection]] = []
    try:
        for _ in range(connections):
            made.append(await loop.create_connection(Connection, address.hostname or "", address.port or 80))  # noqa: PERF401
        yield [connection for _, connection in made]
    finally:
        for transport, _ in made:
            transport.close()


class Connection(asyncio.Protocol):
    """One connection: a request, then its answer."""

    def __init__(self) -> None:
        self._data = b""
        self._answer: asyncio.Future[Answer] | None = None

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return what it gets. Raises ConnectionError."""
        if self._transport.is_closing():
            raise ConnectionError("the server hung up")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand the answer over once it is whole."""
        self._data += data
        end = self._data.find(_END_OF_HEAD)
        if end < 0 or len(self._data) < end + len(_END_OF_HEAD) + _length(self._data[:end]):
            return
        answer = Answer(int(self._data[9:12]), self._data[end + len(_END_OF_HEAD) :])
        self._data = b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits that nothing will come."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"the server hung up: {exc}"))


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    return int(lower[at + len(_LENGTH) :].partition(b"\r\n")[0]) if at >= 0 else 0
