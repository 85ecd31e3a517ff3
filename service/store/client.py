"""The connection to the store: bounds, deadlines, and the one way to call an atomic function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from redis import exceptions as redis_errors
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.client import NEVER_DECODE

from service.errors import StoreNewer, StoreUnsafe
from service.store import durability, functions, keys
from service.store.failures import translated

RESTORING = "restoring"  # in the place of the schema's version, while the records are not all there


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
        self._accept_data_loss = True  # until `prepare` is told

    @property
    def database(self) -> int:
        """The numbered database of the server."""
        return int(self._pool.connection_kwargs.get("db") or 0)

    async def close(self) -> None:
        """Close all connections."""
        await self.redis.aclose()
        await self._pool.disconnect()

    async def call(self, name: str, tag: str, argument: dict[str, Any], *blobs: bytes) -> list[Any]:
        """Run one atomic function under a hash tag and return its answer, ``[word, …]``.

        `blobs` go beside the argument as they are, as ``args[2]`` and on.
        """
        payload = orjson.dumps(argument).decode()
        answer = await self._with_library(
            lambda: self.redis.fcall(functions.function_name(name), 1, tag, payload, *blobs)
        )
        return list(answer)

    async def read(self, command: Callable[[Redis], Awaitable[Any]]) -> Any:
        """Run a reading command, failures translated."""
        with translated():
            return await command(self.redis)

    async def read_bytes(self, key: str, field: str) -> bytes | None:
        """Return a field of a hash as the bytes that it is."""
        undecoded: dict[str, Any] = {NEVER_DECODE: []}
        with translated():
            found: bytes | None = await self.redis.execute_command(  # type: ignore[no-untyped-call]
                "HGET", key, field, **undecoded
            )
        return found

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
                await self.check_durability(accept_data_loss=self._accept_data_loss)
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
            if not await self.redis.function_list(functions.library_name(version)):
                try:
                    await self.redis.function_load(source)
                except redis_errors.ResponseError as error:
                    if "already exists" not in str(error):
                        raise

    async def prepare(self, *, accept_data_loss: bool) -> list[str]:
        """Check the store and load the functions; returns warnings. Raises StoreUnavailable, StoreUnsafe.

        What is said of data loss holds for every server that this store is found on later, too.
        """
        self._accept_data_loss = accept_data_loss
        warnings = await self.check_durability(accept_data_loss=accept_data_loss)
        await self.load_functions()
        return warnings

    async def ready(self) -> None:
        """Return when the store answers and takes writes; StoreUnavailable otherwise."""
        await self.call("accepts_writes", keys.STORE_TAG, {})

    async def check_durability(self, *, accept_data_loss: bool) -> list[str]:
        """Return what would lose acknowledged writes; raise StoreUnsafe on any unless that is accepted."""
        wrong, hidden = await durability.faults(self.redis)
        if wrong and not accept_data_loss:
            raise StoreUnsafe(
                "this store may lose acknowledged writes: " + "; ".join(wrong)
                + ". Change that, or say --accept-data-loss (CARPOOL_ACCEPT_DATA_LOSS=1)."
            )  # fmt: skip
        return wrong + hidden
