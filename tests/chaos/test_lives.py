"""Hundreds of commuters live their lives at once against a running service, at random: nothing contradicts anything.

LIVES=500 LIVES_SEED=1 pytest -n 0 -rP tests/chaos/test_lives.py
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from loadtests.pages import everything
from tests.blackbox.sandboxes import log_of
from tests.chaos.soundness import contradictions, key_of, tell
from tests.factories import corridor, offer_body, request_body, tomorrow
from tests.service.api.rides import back
from tests.serving import serving
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
LIVES, SEED = int(os.environ.get("LIVES", "200")), int(os.environ.get("LIVES_SEED", "1"))
CORRIDORS, AT_ONCE, STEPS = 40, 125, 16
# Some proposals run out, because nobody answers them in time.
SETTINGS = {"batch_interval_s": 0.3, "batch_time_limit_s": 1, "hold_s": 4}
HOLDS = ("proposed", "confirmed", "under_way")
OF_RIDES = ("accept", "start", "start", "pickup", "dropoff", "complete", "cancel")


def test_five_hundred_lives_at_once_leave_one_truth(tmp_path: Path) -> None:
    with serving(tmp_path / "data", **SETTINGS) as service:
        partner, _ = service.partner()
        done = asyncio.run(live(service.url, key_of(partner)))
        give_up(partner)
        assert contradictions(service.redis_url) == []
        report = service.command("doctor")
        assert report["wrong"] == 0, report
        until(lambda: told_of_all(partner), "all is told", 60)
        events = log_of(partner)
        kept = list(everything(partner, "matches"))
    assert len({event["id"] for event in events}) == len(events)
    seqs: dict[str, list[int]] = defaultdict(list)
    for event in events:
        seqs[event["data"]["id"]].append(event["seq"])
    assert {of: seq for of, seq in seqs.items() if seq != list(range(1, len(seq) + 1))} == {}
    held = Counter(trip for match in kept if match["status"] in HOLDS for trip in who(match))
    assert {trip: cars for trip, cars in held.items() if cars > 1} == {}
    types = Counter(event["type"] for event in events)
    tell("lives", lives=LIVES, seed=SEED, calls=done.total(), answers=done, events=types)
    assert {"match.confirmed", "match.declined", "match.expired", "match.cancelled", "match.started"} <= set(types)


async def live(url: str, key: str) -> Counter[str]:
    """Live all lives; returns what callers were answered, by what they did and its status."""
    answers = Counter[str]()
    gate = asyncio.Semaphore(AT_ONCE)
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, limits=limits) as client:

        async def one(number: int) -> None:
            async with gate:
                await commute(client, number, random.Random(f"{SEED}/{number}"), answers)

        await asyncio.gather(*map(one, range(LIVES)))
    return answers


async def commute(client: httpx.AsyncClient, number: int, chance: random.Random, answers: Counter[str]) -> None:
    """Live one commuter's life: post, the way back too for some, then look and do what comes to mind."""
    kind, make = chance.choice([("offers", offer_body), ("requests", request_body)])
    body = tomorrow(corridor(make(commuter_id=f"c{number}"), number % CORRIDORS))
    out = await post(client, kind, body)
    paths = [f"/v1/{kind}/{out['id']}"]
    if kind == "requests" and chance.random() < 0.3:
        home = tomorrow(back(corridor(make(commuter_id=f"c{number}"), number % CORRIDORS)))
        paths.append(f"/v1/{kind}/{(await post(client, kind, {**home, 'return_of': out['id']}))['id']}")
    for _ in range(STEPS):
        await asyncio.sleep(chance.random() * 0.8)  # batches go by
        path = chance.choice(paths)
        now = (await client.get(path)).json()
        answer, did = await act(client, path, now, chance)
        if answer is not None:
            answers[f"{did} {answer.status_code}"] += 1
            assert answer.status_code in (200, 404, 409, 422), answer.text  # 404: no longer invited


async def post(client: httpx.AsyncClient, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/v1/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def act(
    client: httpx.AsyncClient, path: str, trip: dict[str, Any], chance: random.Random
) -> tuple[httpx.Response | None, str]:
    """Do one thing that comes to mind with a trip; returns the answer and what it was."""
    step = chance.random()
    if step < 0.02:
        return await client.delete(path), "delete"
    if trip["match_id"] is None:
        return None, ""
    answers_it = trip["status"] == "proposed"
    verb = ("decline" if step < 0.1 else "accept") if answers_it else chance.choice(OF_RIDES)
    return await client.post(f"/v1/matches/{trip['match_id']}/{verb}", json={"trip_id": trip["id"]}), verb


def give_up(partner: httpx.Client) -> None:
    """Cancel the trips that nobody has agreed to a car for, so that nothing is proposed any more."""
    for kind in ("offers", "requests"):
        for status in ("open", "proposed"):
            for trip in list(everything(partner, kind, status=status)):
                assert partner.delete(f"/v1/{kind}/{trip['id']}").status_code in (200, 409)
    until(lambda: not list(everything(partner, "matches", status="proposed")), "no proposal is left")


def told_of_all(partner: httpx.Client) -> bool:
    """Say whether the log tells of every match as it is now."""
    told = {event["data"]["id"]: event["data"]["version"] for event in log_of(partner)}
    return all(told.get(match["id"], 0) >= match["version"] for match in everything(partner, "matches"))


def who(match: dict[str, Any]) -> list[str]:
    return [match["offer_id"], *(rider["request_id"] for rider in match["riders"])]
