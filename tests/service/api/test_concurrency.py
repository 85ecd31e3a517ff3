"""Many callers at once, at random: the store never contradicts itself and every event comes once, in order."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from typing import Any

import httpx
import orjson
import pytest

from service.usecases import batches
from service.usecases.context import Context
from tests.factories import corridor, offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.rides import back

pytestmark = pytest.mark.anyio


async def posted(client: httpx.AsyncClient, number: int, chance: random.Random) -> list[str]:
    """Post what one commuter has in mind, the way back included for some; return the trips' paths."""
    kind, body = chance.choice([("offers", offer_body), ("requests", request_body)])
    either = {"either": f"e{number % 12}"} if chance.random() < 0.3 else {}
    out = corridor(body(commuter_id=f"c{number}"), number % 12)
    trip = (await client.post(f"/v1/{kind}", json={**out, **either})).json()
    paths = [f"/v1/{kind}/{trip['id']}"]
    if chance.random() < 0.6:
        pair = {"return_of": trip["id"]} if kind == "requests" else {}
        home = (await client.post(f"/v1/{kind}", json=back(out, **pair))).json()
        paths.append(f"/v1/{kind}/{home['id']}")
    return paths


class Rounds:
    """Batches as the lives see them go by, so that each life meets as many on a slow machine as on a fast one."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    def end(self) -> None:
        """Say that a batch has ended."""
        over, self._over = self._over, asyncio.Event()
        over.set()

    async def pass_by(self) -> None:
        """Wait until the batch under way has ended."""
        await self._over.wait()


async def commute(client: httpx.AsyncClient, number: int, chance: random.Random, rounds: Rounds) -> None:
    """Live one commuter's life: post, look for matches, accept, decline or cancel, while batches run."""
    paths = await posted(client, number, chance)
    for _ in range(8 * len(paths)):
        await rounds.pass_by()
        await asyncio.sleep(chance.random() * 0.05)  # some act before the next batch reads, some while it works
        path = chance.choice(paths)
        now = (await client.get(path)).json()
        step = chance.random()
        if step < 0.1:
            await client.delete(path)
        elif now["match_id"] is not None:
            verb = "decline" if step < 0.25 else "accept"
            answer = await client.post(f"/v1/matches/{now['match_id']}/{verb}", json={"trip_id": now["id"]})
            assert answer.status_code in (200, 409), answer.text


@pytest.mark.parametrize("seed", range(2))
async def test_concurrent_lives_never_contradict_each_other(
    context: Context, partner: httpx.AsyncClient, clock: Any, seed: int
) -> None:
    chance = random.Random(seed)
    rounds = Rounds()
    lives = [asyncio.create_task(commute(partner, number, chance, rounds)) for number in range(48)]
    while not all(life.done() for life in lives):
        await run_batch(context)
        clock.move(seconds=chance.choice([1, 1, 400]))
        await batches.expire_due(context, "main")
        rounds.end()
    await asyncio.gather(*lives)
    assert await violations(context.store) == []
    seqs: dict[str, list[int]] = defaultdict(list)
    reasons = set()
    for _, event in await context.store.redis.xrange("{m:main}:outbox"):
        reasons.add(orjson.loads(event["data"]).get("reason"))
        seqs[event["subject"]].append(int(event["seq"]))
    assert any(subject.startswith("mat_") for subject in seqs)
    assert "return_fell_through" in reasons
    for subject, seen in seqs.items():
        assert seen == list(range(1, len(seen) + 1)), subject
