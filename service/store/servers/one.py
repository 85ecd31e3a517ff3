"""One server, or the primary that Sentinels name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from redis import exceptions as redis_errors
from redis.asyncio import ConnectionPool, Redis, Sentinel

from service.store.servers.base import Client, Command, Words, tls
from service.store.servers.confirmed import Waits
from service.store_urls import StoreUrl


class OneServer:
    """One server: its own address, or that of the primary that the Sentinels name whenever a connection is made."""

    is_cluster = False

    def __init__(self, where: StoreUrl, waits: Waits, options: dict[str, Any]) -> None:
        self._waits = waits
        self._sentinel = None
        if where.kind == "sentinel":
            quick = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout", "protocol")}
            self._sentinel = Sentinel(  # type: ignore[no-untyped-call]
                list(where.hosts), sentinel_kwargs={**quick, **tls(where), **where.to_sentinels},
                **{**options, **tls(where), **where.options},
            )  # fmt: skip
            self.client: Client = self._sentinel.master_for(where.name, redis_class=Redis)
        else:
            self.client = Redis(connection_pool=ConnectionPool(**{**options, **where.options}))

    def where(self, key: str) -> str:
        """See `Servers.where`."""
        del key
        return ""

    async def run(self, commands: Sequence[Command]) -> list[Any]:
        """See `Servers.run`."""
        return await self._waits.sent([command.words for command in commands], self._send)

    async def _send(self, words: Sequence[Words]) -> list[Any]:
        if len(words) == 1:
            try:
                return [await self.client.execute_command(*words[0])]
            except redis_errors.ResponseError as error:
                return [error]
        async with self.client.pipeline(transaction=False) as pipe:
            for each in words:
                pipe.execute_command(*each)
            return list(await pipe.execute(raise_on_error=False))

    async def each(self) -> AsyncIterator[Redis]:
        """See `Servers.each`."""
        yield self.client

    async def close(self) -> None:
        """See `Servers.close`."""
        await self.client.aclose()
        await self.client.connection_pool.disconnect()
        for one in self._sentinel.sentinels if self._sentinel else ():
            await one.aclose()
