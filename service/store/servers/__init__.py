"""How the servers of a store are reached: one, the primary that Sentinels name, or all primaries of a Cluster.

`Servers.run` sends commands that change something, each server's in one round trip and never twice: whether a command
whose answer was lost has run is for its caller to find out.
"""

from __future__ import annotations

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from service.store.servers.base import UNCONFIRMED, Client, Command, Confirmation, Servers
from service.store.servers.cluster import ClusterServers
from service.store.servers.confirmed import Waits
from service.store.servers.one import OneServer
from service.store_urls import parse

__all__ = ["UNCONFIRMED", "Client", "Command", "Confirmation", "Servers", "connect"]
_SPARE = 4  # connections for what concerns a whole server


def connect(url: str, *, connections: int, timeout_s: float, confirmation: Confirmation) -> Servers:
    """Return the servers that a URL names; nothing is connected yet. Raises ValueError."""
    where = parse(url)
    common = {
        "decode_responses": True, "protocol": 2, "socket_timeout": timeout_s, "socket_connect_timeout": timeout_s,
        "encoding_errors": "surrogateescape",  # bytes that are no text are a record's own trouble
    }  # fmt: skip
    waits = Waits(confirmation)
    if where.kind == "cluster":
        return ClusterServers(where, waits, {**common, "max_connections": connections + _SPARE})
    return OneServer(where, waits, {**common, "max_connections": connections + _SPARE, "retry": Retry(NoBackoff(), 0)})
