"""What the tests of matches do over HTTP, and how they look at what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import run_batch

EVENING = {"earliest_departure": "2027-03-01T17:00:00+01:00", "latest_arrival": "2027-03-01T18:30:00+01:00"}
FELL = ("cancelled", "return_fell_through")


async def post(client: httpx.AsyncClient, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/v1/{kind}s", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def the_match(client: httpx.AsyncClient) -> dict[str, Any]:
    (match,) = (await client.get("/v1/matches")).json()["items"]
    return match


async def answer(client: httpx.AsyncClient, match: dict[str, Any], verb: str, trip: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/v1/matches/{match['id']}/{verb}", json={"trip_id": trip["id"]})


async def status(client: httpx.AsyncClient, trip: dict[str, Any]) -> str:
    kind = "offers" if trip["id"].startswith("off_") else "requests"
    return (await client.get(f"/v1/{kind}/{trip['id']}")).json()["status"]


async def explained(client: httpx.AsyncClient, trip: dict[str, Any]) -> dict[str, Any]:
    kind = "offers" if trip["id"].startswith("off_") else "requests"
    found = await client.get(f"/v1/{kind}/{trip['id']}/explanation")
    assert found.status_code == 200, found.text
    return found.json()


def back(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the evening's way back of a morning's trip."""
    return {**body, "origin": body["destination"], "destination": body["origin"], **EVENING, **changes}


async def there_and_back(
    client: httpx.AsyncClient, riders: Sequence[str] = ("rob",), **changes: Any
) -> list[dict[str, Any]]:
    """Post a car each way, then each rider's way out and way back, with these changes of a request."""
    posted = [await post(client, "offer", offer_body())]
    posted.append(await post(client, "offer", back(offer_body(commuter_id="eve"))))
    for name in riders:
        body = request_body(commuter_id=name, **changes)
        out = await post(client, "request", body)
        posted += [out, await post(client, "request", back(body, return_of=out["id"]))]
    return posted


async def shared_car(context: Context, client: httpx.AsyncClient, *riders: str) -> list[dict[str, Any]]:
    """Post a driver and riders on the driver's way, and have them ride together; returns their trips."""
    return await car_of_partners(context, client, *((client, name) for name in riders))


async def car_of_partners(
    context: Context, drives: httpx.AsyncClient, *riders: tuple[httpx.AsyncClient, str]
) -> list[dict[str, Any]]:
    """Post a driver and riders on the driver's way, each for a partner, and have them ride together."""
    posted = [(drives, await post(drives, "offer", offer_body()))]
    for client, name in riders:
        posted.append((client, await post(client, "request", request_body(commuter_id=name))))
    await run_batch(context)
    for client, trip in posted:
        await confirm(client, trip)
    return [trip for _, trip in posted]


async def events(context: Context) -> list[dict[str, str]]:
    return [fields for _, fields in await context.store.redis.xrange("{m:main}:outbox")]


async def event_types(context: Context) -> list[str]:
    return [event["type"] for event in await events(context)]


async def carrying(client: httpx.AsyncClient, trip: dict[str, Any]) -> dict[str, Any]:
    """Return the match that holds a trip."""
    kind = "offers" if trip["id"].startswith("off_") else "requests"
    held = (await client.get(f"/v1/{kind}/{trip['id']}")).json()["match_id"]
    return (await client.get(f"/v1/matches/{held}")).json()


async def confirm(client: httpx.AsyncClient, *trips: dict[str, Any]) -> None:
    match = await carrying(client, trips[0])
    for trip in trips:
        assert (await answer(client, match, "accept", trip)).status_code == 200


async def outcome(client: httpx.AsyncClient, match: dict[str, Any]) -> tuple[str, str | None]:
    now = (await client.get(f"/v1/matches/{match['id']}")).json()
    return now["status"], now["reason"]
