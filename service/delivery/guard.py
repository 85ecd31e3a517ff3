"""Connects to the address that was judged, never to a name again: what a name means may change in between.

A network backend of httpcore. The TLS handshake still names and verifies the host.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from service.addresses import Address, NotFoundInDns, Resolve, is_public

_ADDRESSES_TRIED = 4
_EACH_S = 5.0
_READ_AHEAD = 1 << 16


class AddressRefused(httpcore.ConnectError):
    """The host has an address that webhooks may not reach."""


class NameNotFound(httpcore.ConnectError):
    """The host's name does not resolve."""


class TlsFailed(httpcore.ConnectError):
    """There is no trusted, encrypted connection to be had."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves once a connection, judges every address, and connects to one of those."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None, socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """Connect. Deadlines are the caller's; raises AddressRefused, NameNotFound, httpcore.ConnectError."""
        try:
            addresses = await self._resolve(host, port)
        except NotFoundInDns as error:
            raise NameNotFound(str(error)) from error
        # One bad address among good ones is an attack or a mistake; either way it is not a webhook's host.
        if not addresses or not (self._allow_private or all(map(is_public, addresses))):
            raise AddressRefused("the host has an address that is not public")
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                return _Stream(await _connect(address, port, several=len(addresses) > 1))
            except OSError as error:
                failure = error
        raise httpcore.ConnectError(type(failure).__name__) from failure


async def _connect(address: Address, port: int, *, several: bool) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        async with asyncio.timeout(_EACH_S if several else None):
            await asyncio.get_running_loop().sock_connect(connection, (str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


class _Stream(httpcore.AsyncNetworkStream):
    """A connection, plain until TLS is started on it. It has no deadlines: an attempt has one for all of it.

    What is written goes out with the next read, so that a request's head and body leave together.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket: socket.socket | None = connection
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._unsent = bytearray()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as above
        try:
            reader, writer = await self._open(None, None)
            if self._unsent:
                writer.write(bytes(self._unsent))
                self._unsent.clear()
                await writer.drain()
            return await reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(type(error).__name__) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        self._unsent += buffer

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        try:
            await self._open(ssl_context, server_hostname)
        except OSError as error:
            raise TlsFailed(type(error).__name__) from error
        return self

    async def aclose(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()  # a slow goodbye would hold others up
        elif self._socket is not None:
            self._socket.close()
        self._socket = None

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of an idle connection: has the other end closed it?
            return self._reader is None or self._writer is None or self._reader.at_eof() or self._writer.is_closing()
        return None

    async def _open(
        self, context: ssl.SSLContext | None, host: str | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            connection, self._socket = self._socket, None
            if connection is None:
                raise ConnectionResetError
            try:
                self._reader, self._writer = await asyncio.open_connection(
                    sock=connection, ssl=context, server_hostname=host if context else None, limit=_READ_AHEAD
                )
            except BaseException:
                connection.close()
                raise
        return self._reader, self._writer
