"""Read server-sent events as a client does, and serve applications to read them from."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn


@dataclass(frozen=True)
class Message:
    """What came between two empty lines."""

    id: str | None
    event: str
    data: Any
    comment: str


class Parser:
    """Takes a stream line by line."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def line(self, text: str) -> Message | None:
        """Take a line; returns the message that it ends."""
        if text:
            name, _, value = text.partition(":")
            self._fields[name or "comment"] = value.removeprefix(" ")
            return None
        fields, self._fields = self._fields, {}
        data = fields.get("data")
        return Message(
            fields.get("id"), fields.get("event", "message"), json.loads(data) if data else None,
            fields.get("comment", ""),
        )  # fmt: skip


async def messages(answer: httpx.Response) -> AsyncIterator[Message]:
    """Yield the messages of a stream."""
    parser = Parser()
    async for line in answer.aiter_lines():
        found = parser.line(line)
        if found is not None:
            yield found


def messages_of(answer: httpx.Response) -> Iterator[Message]:
    """Yield the messages of a stream, to one that waits for each."""
    parser = Parser()
    return (found for line in answer.iter_lines() if (found := parser.line(line)) is not None)


async def some(stream: AsyncIterator[Message], count: int) -> list[Message]:
    """Return the next messages that carry data."""
    found: list[Message] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            message = await anext(stream)
            if message.data is not None:
                found.append(message)
    return found


@asynccontextmanager
async def served(server: uvicorn.Server) -> AsyncIterator[str]:
    """Serve for the length of a block, in this event loop; yields the URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        host, port = listener.getsockname()
        serving = asyncio.create_task(server._serve([listener]))  # without its signal handlers
        try:
            while not server.started:  # noqa: ASYNC110 - it tells of its start in no other way
                await asyncio.sleep(0.01)
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            async with asyncio.timeout(30):
                await serving
