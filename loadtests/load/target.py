"""What is put under load: a service of the run's own, or one at an address; and the receiver of its webhooks."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from loadtests.load.given import is_loopback
from service.demo.serving import Serving
from service.model.partners import PARTNER_SCOPES, Scope
from service.processes import die_with_parent
from service.settings import Settings
from service.supervisor import SERVICE_FILE
from service.usecases import partners
from service.wiring import opened

_RETRIES_S = (1, 2, 3, 5, 5, 10, 10, 20)  # so that what a receiver refuses comes again within the run
_GIVES_UP_S = 5.0
_USERS_A_PARTNER = 25
_FAST: dict[str, Any] = {"retention_days": 1, "purge_interval_s": 5.0, "hold_s": 43_200}


class Refused(Exception):
    """A run that is not begun, with what to do about it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A service. `serving`: the run's own; None: somebody's at an address."""

    url: str
    keys: tuple[str, ...]
    operator_key: str | None
    serving: Serving | None = None
    pid: int | None = None


def somebodys(url: str, keys: str, operator_key: str | None, *, allow_remote: bool) -> Target:
    """Return a service at an address. `keys`: comma-separated. Raises Refused."""
    if not allow_remote and not is_loopback(url):
        raise Refused(f"aims at this machine only, not at {url}: say --allow-remote if the target is yours")
    named = tuple(key for key in keys.split(",") if key)
    if not named:
        raise Refused("say --key with an API key of each partner (carpool keys create PARTNER_ID), or LOADTEST_KEY")
    return Target(url.rstrip("/"), named, operator_key)


@asynccontextmanager
async def own(
    directory: Path, users: int, api_workers: int, batch_interval_s: float, *, fast: bool = False
) -> AsyncIterator[Target]:
    """Run a service on a directory for the length of a block. Open it before any thread is started.

    `fast`: its partners are to have sandboxes, whose days pass in seconds, so that little is kept, and looked at often.
    """
    settings = Settings(
        data_dir=directory / "data", port=0, allow_private_webhooks=True, api_workers=api_workers,
        batch_interval_s=batch_interval_s, webhook_retry_schedule=_RETRIES_S, webhook_timeout_s=_GIVES_UP_S,
        **(_FAST if fast else {}),
    )  # fmt: skip
    with Serving(settings, directory / "service.log") as serving:
        url = await serving.address()
        await serving.ready()
        note = json.loads((settings.data_dir / SERVICE_FILE).read_text())
        known = settings.model_copy(update={"redis_url": note["redis_url"]})
        async with opened(known, with_secrets=False) as context:
            made = [
                (await partners.create_partner(context, f"load {n}", "all")).id
                for n in range(1 + (users - 1) // _USERS_A_PARTNER)
            ]
            keys = [(await partners.create_key(context, partner, sandbox=fast)).text for partner in made]
            scopes: tuple[Scope, ...] = (*PARTNER_SCOPES, "operator")
            operator = (await partners.create_key(context, made[0], scopes=scopes)).text
        yield Target(url, tuple(keys), operator, serving, note["pid"])


@dataclass(frozen=True, slots=True)
class Receiving:
    """A hostile receiver in a process of its own, with two paths for each partner: one answers well."""

    url: str
    since: list[datetime] = field(default_factory=list)
    """From when on each partner's events are owed to both of its paths, by the service's clock."""

    @asynccontextmanager
    async def registered(self, target: Target) -> AsyncIterator[None]:
        """Make every partner's endpoints known for the length of a block. Raises Refused."""
        made: list[tuple[str, str]] = []
        try:
            for number, key in enumerate(target.keys):
                both = [await self._register(target, key, path) for path in self.paths(number)]
                made += [(key, endpoint["id"]) for endpoint in both]
                self.since.append(max(datetime.fromisoformat(endpoint["created_at"]) for endpoint in both))
            yield
        finally:
            for key, id_ in made if target.serving is None else ():  # its own service ends with the run
                async with _client(target, key) as client:
                    await client.delete(f"/v1/webhook-endpoints/{id_}")

    async def _register(self, target: Target, key: str, path: str) -> dict[str, Any]:
        body = {"url": f"{self.url}{path}", "description": "load test"}
        async with _client(target, key) as client:
            answer = await client.post("/v1/webhook-endpoints", json=body)
        if answer.status_code != 201:
            raise Refused(
                f"{target.url} does not take the receiver {self.url} ({answer.status_code}): run the service with "
                "--allow-private-webhooks on this machine, or say --no-receiver"
            )
        endpoint: dict[str, Any] = answer.json()
        return endpoint

    @staticmethod
    def paths(partner: int) -> tuple[str, str]:
        """Return a partner's paths: the one that answers well, and the hostile one."""
        return f"/well/{partner}", f"/hostile/{partner}"


@asynccontextmanager
async def receiving(seed: int, ill: float, log: Path) -> AsyncIterator[Receiving]:
    """Run a receiver for the length of a block; a share `ill` of what comes to hostile paths meets a fault."""
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "loadtests.receiver", "--port", "0", "--seed", str(seed), "--ill", str(ill),
            stdout=asyncio.subprocess.PIPE, stderr=errors, preexec_fn=die_with_parent,
        )  # fmt: skip
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        url = (await process.stdout.readline()).decode().strip().removesuffix("/hostile/a")
        if not url:
            raise Refused(f"the receiver did not start: {log} says why")
        yield Receiving(url)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _client(target: Target, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=target.url, headers={"Authorization": f"Bearer {key}"}, trust_env=False)
