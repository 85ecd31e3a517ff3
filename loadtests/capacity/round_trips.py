"""How many round trips to the store each route takes, counted between an API process and its store."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from loadtests.capacity.fleet import Fleet
from loadtests.capacity.people import commuters
from loadtests.capacity.proxy import RoundTrips, counting
from loadtests.capacity.waiting import eventually
from loadtests.tables import Table
from service.model.partners import SCOPES
from service.usecases import partners

_PEOPLE = 80
_TRIES = 5  # what the process does by itself meanwhile is counted with a call: the least of several is the call's own
_PATIENCE_S = 300.0  # a first matcher on a machine compiles its kernels


async def measure(directory: Path) -> dict[str, int]:
    """Return the round trips of each route, by its method and template."""
    async with AsyncExitStack() as opened:
        fleet = await opened.enter_async_context(Fleet(directory / "round-trips", batch_interval_s=1.0))
        counted = await opened.enter_async_context(counting(fleet.store_socket, directory / "counted.sock"))
        await fleet.start("matcher")
        await fleet.start_api(1, redis_url=f"unix://{directory / 'counted.sock'}")
        async with fleet.context() as context:
            partner = await partners.create_partner(context, "bench")
            key = await partners.create_key(context, partner.id, scopes=SCOPES)
        client = await opened.enter_async_context(
            httpx.AsyncClient(base_url=fleet.url, headers={"Authorization": f"Bearer {key.text}"}, timeout=30)
        )
        return await _Tour(client, counted).whole()


class _Tour:
    """Calls every route once, each with something there for it to work on."""

    def __init__(self, client: httpx.AsyncClient, counted: RoundTrips) -> None:
        self._client = client
        self._counted = counted
        self._found: dict[str, int] = {}

    async def whole(self) -> dict[str, int]:
        await self._trips()
        await self._matches()
        await self._webhooks()
        await self._batches()
        for path in ("/v1/events", "/healthz", "/readyz"):
            await self._call("GET", path)
        return self._found

    async def _trips(self) -> None:
        people = commuters(_PEOPLE)
        for kind, bodies in (
            ("offers", [person.as_offer() for person in people if person.role == "driver"]),
            ("requests", [person.as_request() for person in people if person.role == "rider"]),
        ):
            mine = [await self._call("POST", f"/v1/{kind}", json=body) for body in bodies]
            await self._call("GET", f"/v1/{kind}")
            await self._call("GET", f"/v1/{kind}/{{id}}", mine[0]["id"])
            gone = await self._call("POST", f"/v1/{kind}", json=bodies[0])
            await self._call("DELETE", f"/v1/{kind}/{{id}}", gone["id"])

    async def _matches(self) -> None:
        async def two_proposed() -> list[dict[str, Any]]:
            page = (await self._client.get("/v1/matches?status=proposed")).raise_for_status().json()
            return page["items"] if len(page["items"]) >= 2 else []

        taken, left, *_ = await eventually(two_proposed, _PATIENCE_S)
        await self._call("GET", "/v1/matches")
        await self._call("GET", "/v1/matches/{id}", taken["id"])
        await self._call("POST", "/v1/matches/{id}/accept", taken["id"], json={"trip_id": taken["awaiting"][0]})
        await self._call("POST", "/v1/matches/{id}/decline", left["id"], json={"trip_id": left["awaiting"][0]})

    async def _webhooks(self) -> None:
        body = {"url": "http://127.0.0.1:9/hook"}
        made = await self._call("POST", "/v1/webhook-endpoints", json=body)
        await self._call("GET", "/v1/webhook-endpoints")
        await self._call("GET", "/v1/webhook-endpoints/{id}", made["id"])
        await self._call("POST", "/v1/webhook-endpoints/{id}/ping", made["id"])
        await self._call("GET", "/v1/webhook-endpoints/{id}/deliveries", made["id"])
        await self._call("DELETE", "/v1/webhook-endpoints/{id}", made["id"])

    async def _batches(self) -> None:
        asked, *_ = [await self._call("POST", "/v1/batches") for _ in range(_TRIES)]

        async def is_completed() -> bool:
            answer = await self._client.get(f"/v1/batches/{asked['id']}")
            return bool(answer.raise_for_status().json()["status"] == "completed")

        await eventually(is_completed, _PATIENCE_S)
        await self._call("GET", "/v1/batches")
        await self._call("GET", "/v1/batches/{id}", asked["id"])
        await self._call("GET", "/v1/batches/{id}/certificate", asked["id"])

    async def _call(self, method: str, template: str, id_: str = "", json: Any = None) -> Any:
        """Call a route and note what it took; the key is one that was used a moment ago."""
        (await self._client.get("/v1/events?limit=1")).raise_for_status()
        before = self._counted.count
        answer = (await self._client.request(method, template.replace("{id}", id_), json=json)).raise_for_status()
        name = f"{method} {template}"
        took = self._counted.count - before
        self._found[name] = min(took, self._found.get(name, took))
        return answer.json() if answer.content else None


def table(found: dict[str, int]) -> Table:
    """Return the round trips as a table."""
    rows = [(route, str(took)) for route, took in found.items()]
    return Table("Round trips to the store a call", ("route", "round trips"), rows, frozenset({"route"}))
