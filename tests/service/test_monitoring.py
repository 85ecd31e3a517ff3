"""A process without an API answers for itself on a port of its own."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from service.monitoring import monitored
from service.settings import Settings

pytestmark = pytest.mark.anyio


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_it_says_that_it_lives_and_what_it_counts() -> None:
    port = free_port()
    async with monitored(Settings(metrics_port=port)), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        alive, metrics = await client.get("/healthz"), await client.get("/metrics")
        assert (alive.status_code, alive.text) == (200, "alive\n")
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "# TYPE " in metrics.text
        assert (await client.get("/v1/offers")).status_code == 404
        assert (await client.post("/metrics")).status_code == 405
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01" + b"x" * 20_000)  # what is no HTTP is cut, and costs nobody anything
        await writer.drain()
        assert (await client.get("/healthz")).status_code == 200
        writer.close()


async def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"metrics on 127.0.0.1 port {port}.*set another CARPOOL_METRICS_PORT"):
            async with monitored(Settings(metrics_port=port)):
                pass


async def test_without_a_port_nothing_listens() -> None:
    async with monitored(Settings(host="no such host")):
        pass
