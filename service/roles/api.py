"""The API's process: HTTP on a socket that its supervisor may share with others."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import cast

import uvicorn
from fastapi import FastAPI

from service.api.app import create_app
from service.clock import SystemClock
from service.processes import allow_open_files
from service.settings import Settings
from service.store.client import Store
from service.usecases.context import Context
from service.wiring import opened

# Offline commands build the application for its document alone; nothing is ever sent here.
_NOWHERE = "redis://127.0.0.1:9"
_DRAIN_S = 7
_MOST_CONNECTIONS = 4000  # beyond them 503 at once, before any work
_OTHER_FILES = 200  # connections to the store, modules, metrics


def application(settings: Settings) -> FastAPI:
    """Return the API's application without a connection, for its OpenAPI document."""
    return create_app(Context(Store(_NOWHERE), SystemClock(), settings, None))


async def serve_api(settings: Settings, listener: socket.socket) -> None:
    """Serve HTTP on a bound socket until SIGTERM; requests under way are answered."""
    allow_open_files(_MOST_CONNECTIONS + _OTHER_FILES)
    async with opened(settings, migrate=True) as context:
        server = api_server(context)
        cast("FastAPI", server.config.app).openapi()  # takes half a second, which nobody is to wait for
        await server.serve([listener])


def api_server(context: Context) -> uvicorn.Server:
    """Return the server of the API."""
    config = uvicorn.Config(
        create_app(context), log_config=None, access_log=False, server_header=False, lifespan="off",
        timeout_graceful_shutdown=_DRAIN_S, timeout_keep_alive=30, backlog=2048,
        limit_concurrency=_MOST_CONNECTIONS,
    )  # fmt: skip
    return _Server(config, context.tails.end)


class _Server(uvicorn.Server):
    """Ends what would never end by itself before it waits for the answers under way."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking, and finish what is under way."""
        self._end_streams()
        await super().shutdown(sockets)
