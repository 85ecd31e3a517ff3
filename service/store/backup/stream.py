"""The snapshot that a server gives a replica: all of its data as it was at one moment, while it goes on serving.

The server forks, and the child writes what it sees as an RDB file down the connection. It is what ``valkey-cli --rdb``
does, and works wherever the user may ``SYNC``: https://valkey.io/topics/replication/.
"""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterator
from typing import Any

from redis import exceptions as redis_errors
from redis.connection import Connection, ConnectionPool, SSLConnection

from service.errors import StoreUnavailable, StoreUnsafe
from service.store.failures import translated
from service.store_urls import StoreUrl, parse

Snapshot = Generator[bytes, None, None]  # closed before its end, it ends its connection
_CHUNK = 1 << 20
_PATIENCE_S = 120.0  # a server says nothing while it forks; some wait 5 s for more replicas first
_OPTIONS: dict[str, Any] = {"socket_timeout": _PATIENCE_S, "protocol": 2}
_MARK = 40
_MAGIC = len("REDIS0011")
_OF_REDIS_ALONE = (12, 79)


def snapshot(url: str) -> Snapshot:
    """Yield the bytes of an RDB file that Valkey can load. Raises StoreUnavailable, StoreUnsafe."""
    if parse(url).kind != "server":
        raise StoreUnsafe(
            "a snapshot is of the server that has the records: name the primary's own redis:// address with --redis-url"
        )
    return _loadable(ConnectionPool.from_url(url, **_OPTIONS))


def snapshot_of(host: str, port: int, where: StoreUrl) -> Snapshot:
    """Do as `snapshot` for one server of a cluster. The first bytes come when its moment is past."""
    kind = SSLConnection if where.tls else Connection
    return _loadable(ConnectionPool(kind, host=host, port=port, **where.options, **_OPTIONS))


def _loadable(pool: ConnectionPool) -> Snapshot:
    chunks = _snapshot(pool.make_connection())
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= _MAGIC:
            break
    if start[:5] == b"REDIS" and _OF_REDIS_ALONE[0] <= int(start[5:_MAGIC]) <= _OF_REDIS_ALONE[1]:
        raise StoreUnsafe(
            f"snapshots of this server (RDB version {int(start[5:_MAGIC])}: Redis 7.4 or later) can not be read by the "
            "Valkey that would put them back: use the server's own backups"
        )
    yield start
    yield from chunks


def _snapshot(connection: Any) -> Iterator[bytes]:
    with translated():
        connection.connect()
    try:
        for option in (("capa", "eof"), ("rdb-only", "1")):
            _ask(connection, "REPLCONF", *option)
        with translated():
            connection.send_command("SYNC")
            yield from _payload(_socket(connection))
    finally:
        connection.disconnect()


def _ask(connection: Any, *words: str) -> None:
    with translated():
        connection.send_command(*words)
        try:
            connection.read_response()
        except redis_errors.NoPermissionError as error:
            raise _refused(str(error)) from None
        except redis_errors.ResponseError:
            return  # an option that this server does not know: it does without


def _socket(connection: Any) -> socket.socket:
    # What follows is no reply, so it is read past the library; nothing is left in its buffer here.
    kept: socket.socket = connection._sock  # noqa: SLF001
    return kept


def _payload(source: socket.socket) -> Iterator[bytes]:
    head, rest = _head(source)
    if head.startswith("-"):
        raise _refused(head[1:])
    if head.startswith("$EOF:") and len(head) == len("$EOF:") + _MARK:
        yield from _until_mark(source, rest, head[-_MARK:].encode())
    elif head.startswith("$") and head[1:].isdigit():
        yield from _of_length(source, rest, int(head[1:]))
    else:
        raise StoreUnavailable("the store answered a request for a snapshot with something else")


def _head(source: socket.socket) -> tuple[str, bytes]:
    """Return the line before the payload, and what was read beyond it; lone line ends say that the server is alive."""
    buffer = b""
    while b"\r\n" not in buffer:
        buffer = (buffer + _read(source)).lstrip(b"\n")
    head, _, rest = buffer.partition(b"\r\n")
    return head.decode("ascii", "replace"), rest


def _until_mark(source: socket.socket, buffer: bytes, mark: bytes) -> Iterator[bytes]:
    while mark not in buffer:
        if len(buffer) > _MARK:  # its end may be the beginning of the mark
            yield buffer[:-_MARK]
            buffer = buffer[-_MARK:]
        buffer += _read(source)
    yield buffer.partition(mark)[0]


def _of_length(source: socket.socket, buffer: bytes, left: int) -> Iterator[bytes]:
    while left > 0:
        chunk = (buffer or _read(source))[:left]
        buffer = b""
        left -= len(chunk)
        yield chunk


def _read(source: socket.socket) -> bytes:
    chunk = source.recv(_CHUNK)
    if not chunk:
        raise StoreUnavailable("the store ended the connection before its snapshot was whole")
    return chunk


def _refused(why: str) -> StoreUnsafe:
    return StoreUnsafe(
        f"the store gives no snapshot ({why[:200]}): its user needs +sync, +psync and +replconf; where a provider does "
        "not allow that, use its own backups"
    )
