"""The wait for replicas, on the connection that wrote (https://valkey.io/commands/waitaof/)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis import exceptions as redis_errors

from service.errors import StoreUnavailable
from service.store.servers.base import Confirmation, Words


class Waits:
    """Adds the wait for replicas to what is sent on one connection.

    A replica that is asked how far its disk is answers before it flushes what it has just read, and then says nothing
    for a second: ``WAITAOF`` alone takes that long. After a ``WAIT``, which that answer ends, it is asked once more,
    behind the flush, and both together take two round trips between the servers.
    """

    def __init__(self, wanted: Confirmation) -> None:
        self._wanted = wanted
        self._has_waitaof = True  # until a server says that it has none (Redis before 7.2)

    async def sent(self, words: list[Words], send: Callable[[Sequence[Words]], Awaitable[list[Any]]]) -> list[Any]:
        """Send commands and return their answers, once they are confirmed. Raises StoreUnavailable."""
        if not self._wanted.replicas:
            return await send(words)
        waits = self._waits()
        found = await send([*words, *waits])
        answers, confirmed = found[: len(words)], found[len(words) :]
        if all(isinstance(answer, Exception) for answer in answers):
            return answers
        for have in map(self._replicas, confirmed):
            if have is not None and have < self._wanted.replicas:
                raise StoreUnavailable(
                    f"stored, but only {have} of {self._wanted.replicas} replicas have confirmed it: send it again"
                )
        return answers

    def _waits(self) -> list[Words]:
        replicas, within_ms = self._wanted.replicas, round(self._wanted.within_s * 1000)
        on_disk: list[Words] = [("WAITAOF", 0, replicas, within_ms)] if self._has_waitaof else []
        return [("WAIT", replicas, within_ms), *on_disk]

    def _replicas(self, answer: Any) -> int | None:
        if isinstance(answer, redis_errors.ResponseError) and "unknown command" in str(answer):
            self._has_waitaof = False  # in memory is all that can be known there
            return None
        if isinstance(answer, Exception):
            raise answer
        return int(answer[1] if isinstance(answer, list) else answer)
