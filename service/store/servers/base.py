"""What is sent to the servers of a store, and what every way to reach them offers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from redis.asyncio import Redis

from service.store_urls import StoreUrl

Words = tuple[Any, ...]
Client = Any  # Redis or RedisCluster: the same commands, typed apart by the library


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the key or hash tag that says which server it is for."""

    key: str
    words: Words


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How many replicas have to have a write on disk (or, of servers without WAITAOF, in memory), and within what."""

    replicas: int = 0
    within_s: float = 2.0


UNCONFIRMED = Confirmation()


class Servers(Protocol):
    """The servers of one store."""

    client: Client
    is_cluster: bool

    def where(self, key: str) -> str:
        """Return which server has a key, as far as is known: who asks one need not wait for another."""

    async def run(self, commands: Sequence[Command]) -> list[Any]:
        """Run commands and return their answers, or errors, in order; those of one server run in order."""

    def each(self) -> AsyncIterator[Redis]:
        """Yield a client of each server that takes writes, for what concerns a whole server."""

    async def close(self) -> None:
        """Close all connections."""


def tls(where: StoreUrl) -> dict[str, Any]:
    """Return the option that makes the library's clients use TLS."""
    return {"ssl": True} if where.tls else {}
