"""A small town on a real store and a clock that a test moves: two partners who share, and callers who act at once."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import httpx

from service.api.app import create_app
from service.model.partners import PARTNER_SCOPES
from service.secrets import Cipher
from service.settings import Settings
from service.store import keys, trips
from service.store.client import Store
from service.usecases import partners
from service.usecases.context import Context
from tests.conftest import SECRET_KEY, FakeClock
from tests.factories import corridor, offer_body, request_body
from tests.invariants import violations
from tests.service.api.rides import back

_BODIES = {"offer": offer_body, "request": request_body}
Wanted = tuple[str, int, int, str | None]
"""A trip: its kind, the road, whose it is, and its `either`."""
Deed = tuple[str, int]
"""What is done (a transition of its match, `change` or `delete`), and to which trip (a number, counted round)."""


_TELLS = {
    "accept": "accepted", "decline": "declined", "start": "started", "complete": "completed", "pickup": "updated",
    "dropoff": "updated", "delay": "updated",
}  # fmt: skip
# A rider who declines a car that is late and on its way leaves it.
_TELLS_OF_DECLINE = {"declined": "declined", "cancelled": "cancelled"}
_LATE_S = 400  # more than is promised


class Town:
    """Keeps what its callers were told."""

    def __init__(self, context: Context, clients: Sequence[httpx.AsyncClient], clock: FakeClock) -> None:
        self.context, self.clock = context, clock
        self._clients = clients
        self._trips: list[tuple[httpx.AsyncClient, str]] = []  # whose, and its path
        self._requests: list[tuple[httpx.AsyncClient, dict[str, Any], str]] = []
        self._cancelled: set[str] = set()
        self._told: set[tuple[str, str]] = set()  # the events that there have to be, by type and subject

    @classmethod
    async def open(cls, url: str) -> Town:
        """Return a town on an emptied store."""
        store, clock = Store(url), FakeClock()
        await store.redis.flushall()
        await store.load_functions()
        await trips.remember_market(store, "main")
        context = Context(store, clock, Settings(allow_private_webhooks=True), Cipher(SECRET_KEY))
        transport = httpx.ASGITransport(create_app(context))
        clients = []
        for name in ("acme", "zuidas"):
            partner = await partners.create_partner(context, name, "all")
            key = await partners.create_key(context, partner.id, scopes=PARTNER_SCOPES, sandbox=False)
            headers = {"Authorization": f"Bearer {key.text}"}
            clients.append(httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers))
        return cls(context, clients, clock)

    async def close(self) -> Counter[str]:
        """Close all connections; returns how often each type of event came about."""
        outbox = await self.context.store.redis.xrange(keys.OUTBOX(keys.market_tag("main")))
        for client in self._clients:
            await client.aclose()
        await self.context.store.close()
        return Counter(event["type"] for _, event in outbox)

    async def post(self, kind: str, road: int, whose: int, either: str | None) -> None:
        """Post a trip on one of the roads."""
        body = corridor(_BODIES[kind](commuter_id=f"c{len(self._trips)}"), road)
        await self._post(self._clients[whose], kind, body | ({"either": either} if either else {}))

    async def post_way_back(self, which: int) -> None:
        """Post the way back of a request, if there is one."""
        if self._requests:
            client, body, id_ = self._requests[which % len(self._requests)]
            plain = {name: value for name, value in body.items() if name not in ("either", "return_of")}
            await self._post(client, "request", back(plain, return_of=id_))

    async def act(self, deeds: Sequence[Deed]) -> None:
        """Have several callers act at once."""
        if self._trips:
            chosen = [(verb, *self._trips[which % len(self._trips)]) for verb, which in deeds]
            await asyncio.gather(*(self._do(verb, client, path) for verb, client, path in chosen))

    async def together(self, verb: str, which: int) -> None:
        """Have everybody in the car of a trip do something at once."""
        if self._trips:
            client, path = self._trips[which % len(self._trips)]
            match_id = (await client.get(path)).json()["match_id"]
            people = [trip for trip in self._trips if (await trip[0].get(trip[1])).json()["match_id"] == match_id]
            if match_id is not None:
                await asyncio.gather(*(self._do(verb, *trip) for trip in people))

    async def wrong(self) -> list[str]:
        """Return a sentence for each thing that contradicts another, or what somebody was told."""
        store = self.context.store
        found = await violations(store)
        seqs: dict[tuple[str, str], list[int]] = defaultdict(list)
        kinds = set()
        for _, event in await store.redis.xrange(keys.OUTBOX(keys.market_tag("main"))):
            seqs[event["partner"], event["subject"]].append(int(event["seq"]))
            kinds.add((event["type"], event["subject"]))
        # Who does not see an invitation sees a gap.
        found += [f"{of} has events {seq}" for of, seq in seqs.items() if seq != sorted(set(seq))]
        for client, path in self._trips:
            if path in self._cancelled and (await client.get(path)).json()["status"] != "cancelled":
                found.append(f"{path} is not cancelled any more")
        told = {("trip.cancelled", path.rsplit("/", 1)[1]) for path in self._cancelled}
        return found + [f"no {type_} of {id_}" for type_, id_ in (told | self._told) - kinds]

    async def _post(self, client: httpx.AsyncClient, kind: str, body: dict[str, Any]) -> None:
        answer = await client.post(f"/v1/{kind}s", json=body)
        assert answer.status_code in (201, 422), answer.text  # 422: it is too late by now
        if answer.status_code == 201:
            id_ = answer.json()["id"]
            self._trips.append((client, f"/v1/{kind}s/{id_}"))
            if kind == "request":
                self._requests.append((client, body, id_))

    async def _do(self, verb: str, client: httpx.AsyncClient, path: str) -> None:
        if verb == "delete":
            answer = await client.delete(path)
            if answer.status_code == 200:
                self._cancelled.add(path)
        elif verb == "change":
            answer = await client.patch(path, json={"metadata": {"changed": "yes"}})
        else:
            trip = (await client.get(path)).json()
            if trip["match_id"] is None:
                return
            path_of = f"/v1/matches/{trip['match_id']}/{'cancel' if verb == 'no_show' else verb}"
            answer = await client.post(path_of, json=self._body(verb, trip["id"]))
            if answer.status_code == 200 and verb in _TELLS:
                told = _TELLS[verb] if verb != "decline" else _TELLS_OF_DECLINE.get(answer.json()["status"], "updated")
                self._told.add((f"match.{told}", trip["match_id"]))
            if answer.status_code == 200 and verb in ("cancel", "no_show"):
                self._cancelled.add(path)
        # 422: that trip has left the car since it was looked at, or is not one of whom this can be said. 404: it was
        # invited and is not any more.
        assert answer.status_code in (200, 404, 409, 422), answer.text

    def _body(self, verb: str, trip_id: str) -> dict[str, Any]:
        if verb == "position":
            return {"lat": 52.33, "lon": 4.87, "at": self.clock.now().isoformat()}
        more = {"no_show": {"reason": "no_show"}, "delay": {"delay_s": _LATE_S}}
        return {"trip_id": trip_id, **more.get(verb, {})}
