"""Looks names up and tells public addresses from those that webhooks must never reach.

`ipaddress`'s own properties differ between Python's versions and let some pass; an address counts as public
only when they and IANA's special-purpose registries (RFC 6890) both say so, for what it embeds too.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

_SPECIAL_V4 = tuple(map(IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "168.63.129.16/32",  # Azure's host agent stands on a public address
)))  # fmt: skip
_UNICAST_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(map(IPv6Network, (
    "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
    "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)))  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_MOST_LOOKUPS = 128


class NotFoundInDns(OSError):
    """The name does not resolve."""


def is_public(address: Address) -> bool:
    """Tell whether an address is globally routable, as is any address that it stands for."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _SPECIAL_V4)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        return is_public(low)  # where only IPv6 is spoken, every IPv4 host looks like this
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP and not is_public(low):
        return False
    return address in _UNICAST_V6 and address.is_global and not any(address in network for network in _SPECIAL_V6)


async def leads_inside(resolve: Resolve, host: str, port: int, *, wait_s: float) -> bool:
    """Tell whether a host is known to have an address that is not public; not where it can not be looked up in time."""
    try:
        async with asyncio.timeout(wait_s):
            addresses = await resolve(host, port)
    except (NotFoundInDns, TimeoutError):
        return False
    return not all(map(is_public, addresses))


class Resolver:
    """Looks names up in threads of its own: a name server that hangs holds up nobody who asks for another name.

    Who asks for a name that is being looked up shares the answer. The threads are daemons, because a look-up can
    not be cancelled and must not delay the end of the process.
    """

    def __init__(self, most: int = _MOST_LOOKUPS) -> None:
        self._under_way: dict[tuple[str, int], asyncio.Future[list[Address]]] = {}
        self._slots = asyncio.Semaphore(most)

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """Return all addresses of a host, IPv4 first. Raises NotFoundInDns."""
        key = (host, port)
        if key not in self._under_way:
            future = asyncio.ensure_future(self._look_up(host, port))
            self._under_way[key] = future
            future.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(self._under_way[key])

    def _forget(self, key: tuple[str, int], done: asyncio.Future[list[Address]]) -> None:
        self._under_way.pop(key, None)
        if not done.cancelled():
            done.exception()  # who asked may be gone; then nobody reads it

    async def _look_up(self, host: str, port: int) -> list[Address]:
        async with self._slots:
            loop = asyncio.get_running_loop()
            future: asyncio.Future[list[Address] | OSError] = loop.create_future()

            def tell(answer: list[Address] | OSError) -> None:
                if not future.done():
                    future.set_result(answer)

            def run() -> None:
                answer = _addresses(host, port)
                with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                    loop.call_soon_threadsafe(tell, answer)

            threading.Thread(target=run, daemon=True, name="look-up").start()
            answer = await future
        if isinstance(answer, OSError):
            raise NotFoundInDns(f"the name does not resolve ({answer})") from answer
        return answer


def _addresses(host: str, port: int) -> list[Address] | OSError:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError:
        return OSError("no such name")
    texts = dict.fromkeys(str(address[0]) for *_, address in found)
    return sorted(map(ip_address, texts), key=lambda address: address.version)
