"""Start a real `carpool serve` in a process of its own, and talk to it as its users do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import redis

from tests.clusters import ON_CLUSTER, shared_cluster
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "service"]


def environ(**settings: Any) -> dict[str, str]:
    """Return this process's environment with these ``CARPOOL_*`` settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARPOOL_")}
    return kept | {f"CARPOOL_{name.upper()}": str(value) for name, value in settings.items()}


class Service:
    """A running service."""

    def __init__(self, data_dir: Path, **settings: Any) -> None:
        self.data_dir = data_dir
        if ON_CLUSTER and "redis_url" not in settings:
            settings |= {"redis_url": shared_cluster(data_dir).url, "secret_key": "A" * 43 + "="}
        self.environ = environ(data_dir=data_dir, allow_private_webhooks=1, **{"port": 0, **settings})
        self.clients: list[httpx.Client] = []
        self.log = data_dir.with_suffix(".log").open("ab")
        self.process = subprocess.Popen([*COMMAND, "serve"], cwd=ROOT, env=self.environ, stderr=self.log)
        try:
            self.url = until(self._address, "service.json", 120)
            until(self.ready, "ready", 120)
        except BaseException:
            self.kill()
            self.close()
            raise

    def _address(self) -> str | None:
        assert self.process.poll() is None, Path(self.log.name).read_text()
        try:
            note = json.loads((self.data_dir / "service.json").read_text())
        except (OSError, ValueError):
            return None
        return note["url"] if note["pid"] == self.process.pid else None

    @property
    def redis_url(self) -> str:
        """The store's address."""
        return str(json.loads((self.data_dir / "service.json").read_text())["redis_url"])

    def ready(self) -> bool:
        """Say whether the API answers that all is well."""
        assert self.process.poll() is None, Path(self.log.name).read_text()
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def command(self, *words: str, ok: tuple[int, ...] = (0,)) -> Any:
        """Run a command of the command line and return the JSON that it prints; `ok`: how it may end."""
        done = subprocess.run(
            [*COMMAND, *words, "--json"], cwd=ROOT, env=self.environ, capture_output=True, check=False, text=True
        )
        assert done.returncode in ok, done.stderr or done.stdout
        return json.loads(done.stdout)

    def partner(self) -> tuple[httpx.Client, httpx.Client]:
        """Return clients of a new partner: with a partner's key and with an operator's."""
        partner = self.command("partners", "create", "acme")["id"]
        keys = [self.command("keys", "create", partner, *extra)["key"] for extra in ((), ("--operator",))]
        own, operator = (self.client(key) for key in keys)
        return own, operator

    def client(self, key: str) -> httpx.Client:
        """Return a client with this key, closed at the end of the service."""
        client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        self.clients.append(client)
        return client

    def close(self) -> None:
        """Close the clients and the log."""
        for client in self.clients:
            client.close()
        self.log.close()

    def store(self) -> Any:
        """Return a client of the service's store."""
        url = self.redis_url
        if not url.startswith("redis+cluster://"):
            return redis.Redis.from_url(url, decode_responses=True)
        host, _, port = url.removeprefix("redis+cluster://").partition(",")[0].partition(":")
        return redis.RedisCluster(host=host, port=int(port), decode_responses=True)

    def role(self, name: str) -> psutil.Process:
        """Return the process of a role: api, matcher, deliverer or store."""
        if name == "store" and ON_CLUSTER:
            return psutil.Process(shared_cluster(self.data_dir).primary_of("{m:main}").pid)
        mark = "valkey-server" if name == "store" else name

        def find() -> psutil.Process | None:
            for child in psutil.Process(self.process.pid).children():
                if mark in " ".join(child.cmdline()).replace("/", " ").split():
                    return child
            return None

        found: psutil.Process = until(find, f"a {name} process")
        return found

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stop the service as Ctrl-C or an operator does, and see that it ends in time and leaves nothing running."""
        family = psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        self.process.send_signal(number)
        assert self.process.wait(30) == 0
        gone, left = psutil.wait_procs(family, timeout=5)
        assert not left
        assert len(gone) == len(family)

    def kill(self) -> None:
        """Kill the supervisor without a word; its children stop by themselves."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        _, left = psutil.wait_procs(family, timeout=30)
        assert not left


def batch_asked(operator: httpx.Client) -> str:
    """Ask for a batch and return its id."""
    return str(operator.post("/v1/batches").raise_for_status().json()["id"])


def batch_done(operator: httpx.Client, asked: str | None = None) -> dict[str, Any]:
    """Return a batch, one that is asked for now unless it was before, when it has completed."""
    path = f"/v1/batches/{asked or batch_asked(operator)}"

    def done() -> dict[str, Any] | None:
        batch: dict[str, Any] = operator.get(path).json()
        return batch if batch["status"] == "completed" else None

    completed: dict[str, Any] = until(done, "the batch", 120)
    return completed


def match_only_when_asked(operator: httpx.Client) -> None:
    """Wait until a market that has no trips, of a service with a long interval, is past its first batch of itself.

    That one comes when the engine is ready, in the round of the matcher that also runs the first batch asked for:
    when a second has been run, that round is over.
    """
    for _ in range(2):
        batch_done(operator)


@contextmanager
def serving(data_dir: Path, **settings: Any) -> Iterator[Service]:
    """Serve for the length of a block."""
    service = Service(data_dir, **settings)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()
        service.close()
