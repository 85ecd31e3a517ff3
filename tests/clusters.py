"""A real Valkey Cluster of embedded servers on loopback: primaries, each with a replica."""

from __future__ import annotations

import atexit
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError

from service.store.embedded import EmbeddedStore
from tests.waiting import until

_BUS = 10_000  # a server's port for the others is this much above its own
_SLOTS = 16_384
PATIENT = {"cluster-node-timeout": "60000"}  # settings with which nobody takes over from a server that stands still
_until_exit = ExitStack()
atexit.register(_until_exit.close)
ON_CLUSTER = os.environ.get("TEST_STORE") == "cluster"


class Cluster:
    """Servers of a cluster. `primaries` and `replicas` are as they were at the start: replica n follows primary n."""

    def __init__(self, servers: list[EmbeddedStore], ports: list[int]) -> None:
        self.ports = ports
        half = len(servers) // 2
        self.primaries, self.replicas = servers[:half], servers[half:]
        self._servers = dict(zip(ports, servers, strict=True))
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in ports[:2])

    def node(self, server: EmbeddedStore) -> Redis:
        """Return a client of one server alone."""
        return Redis(unix_socket_path=str(server.socket), decode_responses=True)

    def server_at(self, port: int) -> EmbeddedStore:
        """Return the server that listens on a port."""
        return self._servers[port]

    def mend(self) -> None:
        """Start again what was killed, and return when all servers agree."""
        for server in self._servers.values():
            if not server.alive:
                server.restart()
        nodes = [self.node(server) for server in self._servers.values()]
        try:
            until(lambda: all(_is_up(node) for node in nodes), "the cluster is whole again", 60)
        finally:
            for node in nodes:
                node.close()

    def primary_of(self, key: str) -> EmbeddedStore | None:
        """Return the server that now has a key's slot, None while there is none."""
        for server in self._servers.values():
            with suppress(ConnectionError), self.node(server) as node:
                if node.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
                    continue
                slot = node.execute_command("CLUSTER KEYSLOT", key)
                for first, last, primary, *_ in node.execute_command("CLUSTER SLOTS"):
                    if first <= slot <= last:
                        found = self._servers[int(primary[1])]
                        return found if found.alive else None
        return None


_shared: dict[Path, Cluster] = {}


def shared_cluster(data_dir: Path) -> Cluster:
    """Return the process's one cluster, whole again, and emptied where a data directory is new."""
    if not _shared:
        _shared[data_dir] = _until_exit.enter_context(clustered())
    cluster = next(iter(_shared.values()))
    if data_dir not in _shared:
        cluster.mend()
        for server in (*cluster.primaries, *cluster.replicas):
            with cluster.node(server) as node:
                if node.info("replication")["role"] == "master":
                    node.flushall()
        _shared[data_dir] = cluster
    return cluster


@contextmanager
def clustered(pairs: int = 3, **settings: str) -> Iterator[Cluster]:
    """Run a cluster for the length of a block."""
    ports = free_ports(2 * pairs)
    with tempfile.TemporaryDirectory(prefix="cpc-") as directory, ExitStack() as running:
        servers = [
            running.enter_context(EmbeddedStore(Path(directory) / str(port), settings=_settings(port, settings)))
            for port in ports
        ]
        cluster = Cluster(servers, ports)
        _form(cluster, ports, pairs)
        yield cluster


def _settings(port: int, more: dict[str, str]) -> dict[str, str]:
    return {
        "port": str(port), "bind": "127.0.0.1", "protected-mode": "no", "cluster-enabled": "yes",
        "cluster-config-file": "nodes.conf", "cluster-node-timeout": "1500", "cluster-replica-validity-factor": "0",
        **more,
    }  # fmt: skip


def _form(cluster: Cluster, ports: list[int], pairs: int) -> None:
    nodes = [cluster.node(server) for server in (*cluster.primaries, *cluster.replicas)]
    try:
        ids = [str(node.execute_command("CLUSTER MYID")) for node in nodes]
        bounds = [_SLOTS * n // pairs for n in range(pairs + 1)]
        for n, node in enumerate(nodes[:pairs]):
            node.execute_command("CLUSTER ADDSLOTSRANGE", bounds[n], bounds[n + 1] - 1)
            node.execute_command("CLUSTER SET-CONFIG-EPOCH", n + 1)
        for port in ports[1:]:
            nodes[0].execute_command("CLUSTER MEET", "127.0.0.1", port)
        until(lambda: all(_knows(node, ids) for node in nodes), "all nodes know each other")
        for n, node in enumerate(nodes[pairs:]):
            node.execute_command("CLUSTER REPLICATE", ids[n])
        until(lambda: all(_is_up(node) for node in nodes), "the cluster is up")
    finally:
        for node in nodes:
            node.close()


def _knows(node: Redis, ids: list[str]) -> bool:
    known = str(node.execute_command("CLUSTER NODES"))
    return all(id_ in known for id_ in ids) and "handshake" not in known


def _is_up(node: Redis) -> bool:
    if node.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
        return False
    replication = node.info("replication")
    return bool(
        replication["connected_slaves"] == 1 if replication["role"] == "master"
        else replication["master_link_status"] == "up"
    )  # fmt: skip


def free_ports(count: int) -> list[int]:
    """Return ports whose bus ports are free, too."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            one = held.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port + _BUS > 65_535:
                continue
            bus = held.enter_context(socket.socket())
            try:
                bus.bind(("127.0.0.1", port + _BUS))
            except OSError:
                continue
            found.append(port)
    return found
