"""The connection to the store: bounds, deadlines, and the one way to call an atomic function."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from redis import exceptions as redis_errors
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from service.errors import StoreNewer, StoreUnavailable, StoreUnsafe
from service.store import functions, keys

# What means "not now": refused, timed out, still loading, replica, full. OSError covers DNS and sockets.
_AWAY = (
    redis_errors.ConnectionError, redis_errors.TimeoutError, redis_errors.BusyLoadingError,
    redis_errors.ReadOnlyError, redis_errors.OutOfMemoryError, redis_errors.MaxConnectionsError,
    OSError, asyncio.TimeoutError,
)  # fmt: skip


RESTORING = "restoring"  # in the place of the schema's version, while the records are not all there


@contextmanager
def translated() -> Iterator[None]:
    """Turn every failure of the store that may pass into StoreUnavailable."""
    try:
        yield
    except _AWAY as error:
        raise StoreUnavailable(f"the store is out of reach ({type(error).__name__})") from error
    except redis_errors.ResponseError as error:
        if str(error).startswith(("MISCONF", "OOM", "CLUSTERDOWN", "NOREPLICAS")):
            raise StoreUnavailable(f"the store refuses writes ({str(error).split()[0]})") from error
        raise


@contextmanager
def usable() -> Iterator[None]:
    """Turn what a store refuses while it is made ready into StoreUnsafe."""
    try:
        yield
    except redis_errors.RedisError as error:
        first = str(error).splitlines()[0]
        raise StoreUnsafe(f"this store can not be used ({first}): Valkey 8 or Redis 7 and the rights to call "
                          "FUNCTION, FCALL and the data commands are needed") from None  # fmt: skip


class Store:
    """A bounded pool of connections to one Valkey or Redis."""

    def __init__(self, url: str, *, connections: int = 64, timeout_s: float = 5.0) -> None:
        # No retries beneath us: a function whose answer was lost may have run, and its caller decides.
        self._pool = BlockingConnectionPool.from_url(
            url, max_connections=connections, timeout=timeout_s, socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s, decode_responses=True, protocol=2, retry=Retry(NoBackoff(), 0),
            encoding_errors="surrogateescape",  # bytes that are no text are a record's own trouble
        )  # fmt: skip
        self.redis: Redis = Redis(connection_pool=self._pool)

    @property
    def database(self) -> int:
        """The numbered database of the server."""
        return int(self._pool.connection_kwargs.get("db") or 0)

    async def close(self) -> None:
        """Close all connections."""
        await self.redis.aclose()
        await self._pool.disconnect()

    async def call(self, name: str, tag: str, argument: dict[str, Any]) -> list[Any]:
        """Run one atomic function under a hash tag and return its answer, ``[word, …]``."""
        payload = orjson.dumps(argument).decode()
        answer = await self._with_library(lambda: self.redis.fcall(functions.function_name(name), 1, tag, payload))
        return list(answer)

    async def read(self, command: Callable[[Redis], Awaitable[Any]]) -> Any:
        """Run a reading command, failures translated."""
        with translated():
            return await command(self.redis)

    async def pipeline(self, fill: Callable[[Any], Any], *, each: bool = False) -> list[Any]:
        """Run many commands in one round trip (not a transaction).

        `each`: a key of the wrong type costs its own answer alone, which is then the error.
        """
        with translated():
            async with self.redis.pipeline(transaction=False) as pipe:
                fill(pipe)
                answers = list(await pipe.execute(raise_on_error=False))
            # Raised here, because the library would put the whole command, people's places included, into the message.
            for answer in answers:
                if isinstance(answer, Exception) and not (each and str(answer).startswith("WRONGTYPE")):
                    raise answer
            return answers

    async def call_many(self, name: str, arguments: list[tuple[str, dict[str, Any]]]) -> list[Any]:
        """Run one function for many (tag, argument) in one round trip."""

        def fill(pipe: Any) -> None:
            for tag, argument in arguments:
                pipe.fcall(functions.function_name(name), 1, tag, orjson.dumps(argument).decode())

        return list(await self._with_library(lambda: self.pipeline(fill))) if arguments else []

    async def _with_library(self, run: Callable[[], Awaitable[Any]]) -> Any:
        with translated():
            try:
                return await run()
            except redis_errors.ResponseError as error:
                if "Function not found" not in str(error):
                    raise
                # A fresh or failed-over server that never met this version: the call had no effect.
                await self.load_functions()
                return await run()

    async def schema(self) -> tuple[int, int] | None:
        """Return the version of the records' form and the one they are on the way to; None where none is noted.

        Raises StoreNewer, StoreUnsafe.
        """
        text = await self.read(lambda redis: redis.get(keys.SCHEMA(keys.STORE_TAG)))
        if text is None:
            return None
        if text == RESTORING:
            raise StoreUnsafe("a restore into this store did not come to its end: run it again with --replace")
        now, _, then = text.partition(">")
        try:
            versions = int(now), int(then or now)
        except ValueError:
            raise StoreUnsafe(f"{keys.SCHEMA(keys.STORE_TAG)} of this store holds {text[:40]!r}, no version") from None
        if max(versions) > keys.SCHEMA_VERSION:
            raise StoreNewer(max(versions), keys.SCHEMA_VERSION)
        return versions

    async def load_functions(self) -> None:
        """Load this version's library unless it is there. Raises StoreNewer where it would not know the records."""
        await self.schema()
        version, source = functions.library()
        with translated():
            if not await self.redis.function_list(f"carpool_{version}"):
                try:
                    await self.redis.function_load(source)
                except redis_errors.ResponseError as error:
                    if "already exists" not in str(error):
                        raise

    async def prepare(self, *, accept_data_loss: bool) -> list[str]:
        """Check the store and load the functions; returns warnings. Raises StoreUnavailable, StoreUnsafe."""
        warnings = await self.check_durability(accept_data_loss=accept_data_loss)
        await self.load_functions()
        return warnings

    async def ready(self) -> None:
        """Return when the store answers a write-capable ping; StoreUnavailable otherwise."""
        with translated():
            await self.redis.ping()

    async def check_durability(self, *, accept_data_loss: bool) -> list[str]:
        """Return what would lose acknowledged writes; raise StoreUnsafe on any unless that is accepted."""
        with translated():
            try:
                config = await self.redis.config_get("appendonly", "appendfsync", "maxmemory-policy")
            except redis_errors.ResponseError:
                return ["this server does not show its configuration: make sure that it has appendonly yes, "
                        "appendfsync always and maxmemory-policy noeviction"]  # fmt: skip
        wanted = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
        wrong = [f"{name} is {config.get(name)}, {value} is needed" for name, value in wanted.items()
                 if config.get(name, value) != value]  # fmt: skip
        if wrong and not accept_data_loss:
            raise StoreUnsafe(
                "this store may lose acknowledged writes: " + "; ".join(wrong)
                + ". Change that, or say --accept-data-loss (CARPOOL_ACCEPT_DATA_LOSS=1)."
            )  # fmt: skip
        return wrong
