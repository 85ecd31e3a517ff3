"""The connection to the store: bounds, deadlines, and the one way to call an atomic function."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import orjson
from redis import exceptions as redis_errors
from redis.client import NEVER_DECODE

from service.errors import StoreNewer, StoreUnsafe
from service.store import durability, functions, keys
from service.store.failures import is_of_records, translated
from service.store.gate import Gate
from service.store.servers import UNCONFIRMED, Client, Command, Confirmation, connect
from service.store.together import Together

RESTORING = "restoring"  # in the place of the schema's version, while the records are not all there


class Store:
    """The servers of one URL, and bounds on what is asked of them.

    Raises ValueError for a URL that names no store.
    """

    def __init__(
        self, url: str, *, connections: int = 64, timeout_s: float = 5.0, confirmation: Confirmation = UNCONFIRMED
    ) -> None:
        self._servers = connect(url, connections=connections, timeout_s=timeout_s, confirmation=confirmation)
        self._gate = Gate(connections, longest_s=timeout_s)
        self._confirmation = confirmation
        self._together = Together(self._run, lambda command: self._servers.where(command.key))
        self._accept_data_loss = True  # until `prepare` is told

    @property
    def redis(self) -> Client:
        """The client itself, for tests and tools."""
        return self._servers.client

    @property
    def is_cluster(self) -> bool:
        """Whether keys of different tags may be on different servers."""
        return self._servers.is_cluster

    async def close(self) -> None:
        """Close all connections."""
        await self._servers.close()

    async def call(self, name: str, tag: str, argument: dict[str, Any], *blobs: bytes) -> list[Any]:
        """Run one atomic function under a hash tag and return its answer, ``[word, …]``.

        `blobs` go beside the argument as they are, as ``args[2]`` and on.
        """
        (answer,) = await self._run_functions([_function_call(name, tag, argument, *blobs)])
        return list(answer)

    async def call_many(
        self, name: str, arguments: list[tuple[str, dict[str, Any]]], *, each: bool = False
    ) -> list[Any]:
        """Run one function for many (tag, argument) in one round trip a server.

        `each`: what fails on the records it met costs its own answer alone, which is then the error.
        """
        calls = [_function_call(name, tag, argument) for tag, argument in arguments]
        return await self._run_functions(calls, each=each)

    async def write(self, key: str, *words: str | int) -> Any:
        """Run one small command that changes something, and need not be one step with another."""
        (answer,) = await self.write_each([Command(key, words)])
        return answer

    async def write_each(self, commands: Sequence[Command]) -> list[Any]:
        """Run small commands that change something, none of which needs another, in one round trip a server."""
        with translated():
            return _sound(await self._run(commands))

    async def read(self, command: Callable[[Client], Awaitable[Any]]) -> Any:
        """Run a reading command, failures translated. It may be asked twice."""
        with translated():
            async with self._gate.passing():
                return await command(self._servers.client)

    async def read_bytes(self, key: str, field: str) -> bytes | None:
        """Return a field of a hash as the bytes that it is."""
        undecoded: dict[str, Any] = {NEVER_DECODE: []}
        found: bytes | None = await self.read(lambda redis: redis.execute_command("HGET", key, field, **undecoded))
        return found

    async def pipeline(self, fill: Callable[[Any], Any], *, each: bool = False) -> list[Any]:
        """Run many reading commands in one round trip a server (not a transaction).

        `each`: a key of the wrong type costs its own answer alone, which is then the error.
        """
        with translated():
            async with self._gate.passing(), self._servers.client.pipeline(transaction=False) as pipe:
                fill(pipe)
                answers = list(await pipe.execute(raise_on_error=False))
            # Raised here, because the library would put the whole command, people's places included, into the message.
            return _sound(answers, each=each)

    async def each_server(self) -> AsyncIterator[Client]:
        """Yield a client of each server that takes writes."""
        with translated():
            async for server in self._servers.each():
                yield server

    async def on_each_server(self, command: Callable[[Client], Awaitable[Any]]) -> list[Any]:
        """Run what concerns a whole server on each that takes writes."""
        with translated():
            return [await command(server) async for server in self.each_server()]

    async def _run(self, commands: Sequence[Command]) -> list[Any]:
        if not commands:
            return []
        async with self._gate.passing():
            return await self._servers.run(commands)

    async def _run_functions(self, commands: list[Command], *, each: bool = False) -> list[Any]:
        with translated():
            one = len(commands) == 1
            answers = [await self._together.ask(commands[0])] if one else await self._run(commands)
            missing = [
                i for i, answer in enumerate(answers)
                if isinstance(answer, Exception) and "Function not found" in str(answer)
            ]  # fmt: skip
            if missing:
                # A fresh or failed-over server that never met this version: these calls had no effect.
                await self.check_durability(accept_data_loss=self._accept_data_loss)
                await self.load_functions()
                again = await self._run([commands[i] for i in missing])
                for i, answer in zip(missing, again, strict=True):
                    answers[i] = answer
            return _sound(answers, each=each)

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

        async def load(server: Client) -> None:
            if not await server.function_list(functions.library_name(version)):
                try:
                    await server.function_load(source)
                except redis_errors.ResponseError as error:
                    if "already exists" not in str(error):
                        raise

        await self.on_each_server(load)

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
        found = await self.on_each_server(lambda server: durability.faults(server, self._confirmation.replicas))
        wrong = list(dict.fromkeys(fault for of_server, _ in found for fault in of_server))
        hidden = list(dict.fromkeys(fault for _, of_server in found for fault in of_server))
        if wrong and not accept_data_loss:
            raise StoreUnsafe(
                "this store may lose acknowledged writes: " + "; ".join(wrong)
                + ". Change that, or say --accept-data-loss (CARPOOL_ACCEPT_DATA_LOSS=1)."
            )  # fmt: skip
        return wrong + hidden


def _function_call(name: str, tag: str, argument: dict[str, Any], *blobs: bytes) -> Command:
    payload = orjson.dumps(argument).decode()
    return Command(tag, ("FCALL", functions.function_name(name), 1, tag, payload, *blobs))


def _sound(answers: list[Any], *, each: bool = False) -> list[Any]:
    for answer in answers:
        if isinstance(answer, Exception) and not (each and is_of_records(answer)):
            raise answer
    return answers
