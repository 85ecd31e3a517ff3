"""URLs of stores: one server, the primary that Sentinels name, or a Cluster; in plain text or over TLS.

``redis://[user:password@]host:port/[database]``, ``unix:///path``
``redis+sentinel://[user:password@]host:port,host:port/name/[database]``
``redis+cluster://[user:password@]host:port,host:port``

``rediss`` in the place of ``redis`` is the same over TLS. Options follow as ``?name=value&…``: ``ssl_ca_certs``,
``ssl_certfile``, ``ssl_keyfile`` (files), ``ssl_check_hostname``; ``sentinel_username`` and ``sentinel_password`` where
the Sentinels have others than the servers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from redis.asyncio.connection import SSLConnection, parse_url

Kind = Literal["server", "sentinel", "cluster"]
_KINDS: dict[str, Kind] = {"": "server", "+sentinel": "sentinel", "+cluster": "cluster"}
_SENTINELS_PORT, _SERVERS_PORT = 26379, 6379
_OF_SENTINELS = "sentinel_"
_TLS = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname"}
KNOWN = "redis://, rediss://, unix://, and redis or rediss with +sentinel:// or +cluster://"


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """What a URL names. `hosts`: where to begin; `options`: of each connection to a server, `to_sentinels`: to those.

    `name`: what the Sentinels call the primary.
    """

    kind: Kind
    hosts: tuple[tuple[str, int], ...]
    tls: bool
    options: dict[str, Any]
    to_sentinels: dict[str, Any] = field(default_factory=dict)
    name: str = ""


def parse(url: str) -> StoreUrl:
    """Return what a URL names. Raises ValueError, whose words show nothing of it that is secret."""
    scheme, mark, rest = url.partition("://")
    base, plus, how = scheme.partition("+")
    kind = _KINDS.get(plus + how)
    if not mark or base not in ("redis", "rediss", "unix") or kind is None or (base == "unix" and plus):
        raise ValueError(f"must start with {KNOWN}")
    _refuse_unknown_options(rest, base, kind)
    if kind == "server":
        options: dict[str, Any] = dict(parse_url(url))
        tls = options.get("connection_class") is SSLConnection
        return StoreUrl(kind, ((options.get("host", "localhost"), options.get("port", _SERVERS_PORT)),), tls, options)
    return _of_several(kind, base, rest)


def _refuse_unknown_options(rest: str, base: str, kind: Kind) -> None:
    known = {"db"} if kind == "server" else set()
    known |= _TLS if base == "rediss" else set()
    known |= {f"{_OF_SENTINELS}username", f"{_OF_SENTINELS}password"} if kind == "sentinel" else set()
    # Not by urlsplit: it takes several hosts for one, and refuses a bracket in any but the first.
    for name in parse_qs(rest.partition("?")[2].partition("#")[0]):
        if name in _TLS - known:
            raise ValueError(f"has the option {name}, which is for rediss:// alone")
        if name not in known:
            raise ValueError(f"has an unknown option {name[:40]}: {', '.join(sorted(known | _TLS))} are known")


def _of_several(kind: Kind, base: str, rest: str) -> StoreUrl:
    places, slash, path = rest.partition("/")
    credentials, at, places = places.rpartition("@")
    path, question, query = path.partition("?")
    if not slash:
        places, question, query = places.partition("?")
    hosts = tuple(_host(place, _SENTINELS_PORT if kind == "sentinel" else _SERVERS_PORT) for place in places.split(","))
    name, _, database = path.partition("/")
    if kind == "sentinel" and not name:
        raise ValueError("must name the primary: redis+sentinel://host:port,host:port/name")
    if kind == "cluster" and path:
        raise ValueError("a cluster has no numbered databases: end it after the hosts")
    # One server's address with the same rights and options says the rest.
    options: dict[str, Any] = dict(parse_url(f"{base}://{credentials}{at}host/{database}{question}{query}"))
    options.pop("host")
    tls = options.pop("connection_class", None) is SSLConnection
    own = {key.removeprefix(_OF_SENTINELS): value for key, value in options.items() if key.startswith(_OF_SENTINELS)}
    options = {key: value for key, value in options.items() if not key.startswith(_OF_SENTINELS)}
    shared = {key: value for key, value in options.items() if key not in ("username", "password", "db")}
    return StoreUrl(kind, hosts, tls, options, shared | own, unquote(name))


def _host(place: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{place}")
    if not parts.hostname:
        raise ValueError("names no host: host:port, with commas between several")
    return parts.hostname, parts.port or port
