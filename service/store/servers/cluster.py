"""All primaries of a Cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis import exceptions as redis_errors
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, PipelineCommand, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from service.store.servers.base import Client, Command, Words, tls
from service.store.servers.confirmed import Waits
from service.store_urls import StoreUrl

_REDIRECTIONS = 8  # of one command, while slots move from server to server
_LOST_SERVER = (redis_errors.ConnectionError, redis_errors.TimeoutError, redis_errors.ClusterDownError)


class ClusterServers:
    """All primaries of a Cluster; the library keeps the map of slots, and what reads goes through it."""

    is_cluster = True

    def __init__(self, where: StoreUrl, waits: Waits, options: dict[str, Any]) -> None:
        self._waits = waits
        # What reads may be asked twice: once more after a server was lost and the map was read anew.
        self.client: Client = RedisCluster(
            startup_nodes=[ClusterNode(host, port) for host, port in where.hosts],
            retry=Retry(NoBackoff(), 1), require_full_coverage=False, **options, **where.options, **tls(where),
        )  # fmt: skip

    def where(self, key: str) -> str:
        """See `Servers.where`."""
        try:
            return str(self.client.get_node_from_key(key).name)
        except redis_errors.RedisClusterException:
            return ""  # before the map is read for the first time

    async def run(self, commands: Sequence[Command]) -> list[Any]:
        """See `Servers.run`."""
        await self.client.initialize()
        answers: list[Any] = [None] * len(commands)
        todo = list(range(len(commands)))
        for _ in range(_REDIRECTIONS):
            groups = self._by_server(commands, todo)
            # All are waited for, also where one fails: none is left to write behind its caller's back.
            done = await asyncio.gather(
                *(self._on(node, commands, of_node, answers) for node, of_node in groups), return_exceptions=True
            )
            for failure in filter(None, done):
                raise failure
            todo = [i for i in todo if isinstance(answers[i], redis_errors.MovedError)]
            if not todo:
                break
            await self.client.nodes_manager.move_slot(answers[todo[0]])
        return answers

    def _by_server(self, commands: Sequence[Command], which: Sequence[int]) -> list[tuple[ClusterNode, list[int]]]:
        groups: dict[str, tuple[ClusterNode, list[int]]] = {}
        for i in which:
            slot = self.client.keyslot(commands[i].key)
            node = self.client.nodes_manager.get_node_from_slot(slot)
            groups.setdefault(node.name, (node, []))[1].append(i)
        return list(groups.values())

    async def _on(self, node: ClusterNode, commands: Sequence[Command], which: list[int], answers: list[Any]) -> None:
        found = await self._waits.sent([commands[i].words for i in which], self._sender(node))
        for i, answer in zip(which, found, strict=True):
            if isinstance(answer, redis_errors.AskError) and not isinstance(answer, redis_errors.MovedError):
                asked = self.client.get_node(host=answer.host, port=answer.port) or node
                # The slot is on its way there: this once, without a change of the map.
                _, answers[i] = await self._waits.sent([("ASKING",), commands[i].words], self._sender(asked))
            else:
                answers[i] = answer

    def _sender(self, node: ClusterNode) -> Callable[[Sequence[Words]], Awaitable[list[Any]]]:
        return lambda words: self._send(node, words)

    async def _send(self, node: ClusterNode, words: Sequence[Words]) -> list[Any]:
        sent = [PipelineCommand(position, *each) for position, each in enumerate(words)]
        try:
            await node.execute_pipeline(sent)
        except _LOST_SERVER:
            self._forget_map()
            raise
        for each in sent:
            if isinstance(each.result, _LOST_SERVER):
                self._forget_map()
                raise each.result
        return [each.result for each in sent]

    def _forget_map(self) -> None:
        """Have the map read anew before the next command, without cutting off what is under way elsewhere."""
        self.client._initialize = True  # noqa: SLF001 - what the library itself does after a lost connection

    async def each(self) -> AsyncIterator[Redis]:
        """See `Servers.each`."""
        await self.client.initialize()
        for node in self.client.get_primaries():
            async with _alone(node) as server:
                yield server

    async def close(self) -> None:
        """See `Servers.close`."""
        self.client._initialize = False  # noqa: SLF001 - with a forgotten map it takes itself for closed
        await self.client.aclose()


@asynccontextmanager
async def _alone(node: ClusterNode) -> AsyncIterator[Redis]:
    options = {key: value for key, value in node.connection_kwargs.items() if key != "event_dispatcher"}
    server = Redis(connection_pool=ConnectionPool(connection_class=node.connection_class, **options))
    try:
        yield server
    finally:
        await server.aclose()
        await server.connection_pool.disconnect()
