"""A world with something in it: rides in every state, so that what takes an id has one to take."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

import httpx

from tests.factories import corridor, offer_body, request_body, tomorrow
from tests.waiting import until

EACH = 5  # of what a call uses up
NOWHERE = "http://127.0.0.1:9/"  # what is owed there is tried again, so there is something to read
_RIDES = {  # how far a ride is before a call is made on it
    "accept": (), "decline": (), "cancel": ("accept",), "start": ("accept",), "delay": ("accept",),
    "share": ("accept",), "unshare": ("accept", "share"), "pickup": ("accept", "start"),
    "position": ("accept", "start"), "dropoff": ("accept", "start", "pickup"),
    "complete": ("accept", "start", "pickup", "dropoff"), "get": ("accept", "start", "pickup", "dropoff", "complete"),
}  # fmt: skip
_WALKED = ((), ("accept",), ("accept", "start"), ("accept", "start", "pickup"))  # how far those of walks are
_OF_DRIVER = ("start", "complete", "delay", "cancel")


@dataclass(slots=True)
class Seeds:
    """Ids of what was made, by what they are for; by match, of whom it is; by series, of which kind of trips."""

    values: dict[str, list[str]] = field(default_factory=dict)
    trips: dict[str, dict[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, *ids: str) -> None:
        """Keep ids."""
        self.values.setdefault(name, []).extend(ids)

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return asdict(self)


def seed(client: httpx.Client, operator: httpx.Client, partner_id: str, walked: int) -> Seeds:
    """Fill the world that a client with every right sees, and have an operator make partners beside its own.

    `walked`: how many rides of each kind, eleven at most, are left to walks, which find them in lists.
    """
    seeds = Seeds()
    _seed_rides(client, seeds, walked)
    _seed_trips(client, seeds)
    _seed_webhooks(client, seeds)
    _seed_imports(client, seeds)
    _seed_people(client, seeds)
    _seed_partners(operator, seeds, partner_id)
    batches = until(lambda: _items(client, "/v1/batches"), "a batch")
    seeds.add("batch", *(batch["id"] for batch in batches if batch["matches"]))
    seeds.add("event", *(event["id"] for event in _items(client, "/v1/events")))
    return seeds


def _seed_rides(client: httpx.Client, seeds: Seeds, walked: int) -> None:
    rides = [("walked", before) for before in _WALKED for _ in range(walked)]
    places = range(-len(rides), EACH * len(_RIDES))
    rides += [ride for ride in _RIDES.items() for _ in range(EACH)]
    offers = [tomorrow(corridor(offer_body(commuter_id=f"driver-{n}"), n)) for n in places]
    requests = [tomorrow(corridor(request_body(commuter_id=f"rider-{n}"), n)) for n in places]
    posted = {kind: _post_many(client, kind, bodies) for kind, bodies in (("offers", offers), ("requests", requests))}
    found = until(lambda: _all_matched(client, len(rides)), "matches of all that was posted", 300)
    by_offer = {match["offer_id"]: match for match in found}
    for n, (step, steps), offer, request in zip(places, rides, posted["offers"], posted["requests"], strict=True):
        match = by_offer[offer]["id"]
        seeds.trips[match] = {"offer": offer, "request": request, "driver": f"driver-{n}", "rider": f"rider-{n}"}
        for before in steps:
            _step(client, match, before, offer, request)
        seeds.add(step, match)
    seeds.add("trip", *posted["offers"], *posted["requests"])


def _step(client: httpx.Client, match: str, step: str, offer: str, request: str) -> None:
    for trip in (offer, request) if step == "accept" else (offer,) if step in _OF_DRIVER else (request,):
        _done(client.post(f"/v1/matches/{match}/{step}", json={"trip_id": trip}))


def _all_matched(client: httpx.Client, wanted: int) -> list[dict[str, Any]]:
    found = _items(client, "/v1/matches")
    return found if len(found) == wanted else []


def _seed_trips(client: httpx.Client, seeds: Seeds) -> None:
    """Post trips that nobody else's go with, and series."""
    recurrence = {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,TH", "timezone": "Europe/Amsterdam"}
    for kind, body, first in (("offers", offer_body(), -60), ("requests", request_body(), -90)):
        numbers = range(first, first + 3 * EACH)
        lonely = [tomorrow(corridor(body | {"commuter_id": f"lonely{n}"}, n)) for n in numbers]
        seeds.add(f"open {kind}", *_post_many(client, kind, lonely))
        recurring = [trip | {"recurrence": recurrence} for trip in lonely]
        series = _post_many(client, kind, recurring)
        seeds.add("series", *series)
        seeds.kinds |= dict.fromkeys(series, kind.removesuffix("s"))


def _seed_webhooks(client: httpx.Client, seeds: Seeds) -> None:
    for n in range(3 * EACH):
        made = _done(client.post("/v1/webhook-endpoints", json={"url": f"{NOWHERE}{n}"}))
        seeds.add("endpoint", made["id"])
        _done(client.post(f"/v1/webhook-endpoints/{made['id']}/ping"))


def _seed_imports(client: httpx.Client, seeds: Seeds) -> None:
    for _ in range(2):
        headers = {"Content-Type": "application/x-ndjson"}
        made = _done(client.post("/v1/imports", content=b'{"kind": "offer"}\n', headers=headers))
        seeds.add("import", made["id"])


def _seed_people(client: httpx.Client, seeds: Seeds) -> None:
    for n in range(3 * EACH):
        _done(client.put(f"/v1/commuters/person-{n}", json={"display_name": "Ada"}))
        _done(client.put(f"/v1/commuters/person-{n}/blocks/person-{n + 1}"))
        seeds.add("commuter", f"person-{n}")


def _seed_partners(operator: httpx.Client, seeds: Seeds, partner_id: str) -> None:
    numbers = count()
    for name in ("partner", "rotate", "revoke"):
        for _ in range(EACH):
            partner = _done(operator.post("/v1/partners", json={"name": f"{name}-{next(numbers)}"}))["id"]
            key = _done(operator.post(f"/v1/partners/{partner}/keys", json={"scopes": ["trips:read"]}))["id"]
            seeds.add("partner", partner)
            seeds.trips[key] = {"partner": partner}
            seeds.add("key", key)
    seeds.add("own", partner_id)


def _post_many(client: httpx.Client, kind: str, bodies: list[dict[str, Any]]) -> list[str]:
    answer = _done(client.post(f"/v1/{kind}:batch", json={"items": bodies}))
    return [item["id"] for item in answer["items"]]


def _items(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _done(client.get(path, params={"limit": 500}))["items"]
    return found


def _done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    document: dict[str, Any] = answer.json() if answer.content else {}
    return document
