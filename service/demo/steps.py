"""What happens in a morning, step by step, each a few calls of the public API."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from service.clock import monotonic_s
from service.demo.client import Api
from service.demo.errors import DemoFailed
from service.demo.figures import Morning
from service.demo.receiver import Receiver

_Json = Mapping[str, Any]
Step = Callable[[int, int], None]
"""Told how much of how much is done."""

_DECLINING_SHARE = 0.03
_BATCH_WITHIN_S = 180.0
_WEBHOOKS_WITHIN_S = 60.0


async def post_trips(api: Api, morning: Morning, step: Step) -> None:
    """Post every commuter's offer or request, or both, each in a call of its own."""
    offers = [commuter.as_offer() for commuter in morning.commuters if commuter.offers]
    requests = [commuter.as_request() for commuter in morning.commuters if commuter.asks]
    bodies = [("/v1/offers", body) for body in offers] + [("/v1/requests", body) for body in requests]
    answers = await _all([partial(api.post, path, body) for path, body in bodies], step)
    morning.offers, morning.requests = answers[: len(offers)], answers[len(offers) :]


async def run_batch(operator: Api, step: Step) -> _Json:
    """Ask for a batch and wait until it is done. Raises DemoFailed."""
    batch = await operator.post("/v1/batches")
    deadline_s = monotonic_s() + _BATCH_WITHIN_S
    while batch["status"] not in ("completed", "failed"):
        if monotonic_s() > deadline_s:
            raise DemoFailed(f"batch {batch['id']} is {batch['status']} after {_BATCH_WITHIN_S:.0f} s")
        await asyncio.sleep(0.1)
        batch = await operator.get(f"/v1/batches/{batch['id']}")
    if batch["status"] == "failed":
        raise DemoFailed(f"batch {batch['id']} failed: {batch['detail']}")
    step(1, 1)
    return batch


async def batch_of(operator: Api, proposed: Sequence[_Json], asked: _Json) -> _Json:
    """Return the batch that made most of the matches: not the one asked for where another fell due just before."""
    made = Counter(match["batch_id"] for match in proposed).most_common(1)
    return asked if not made or made[0][0] == asked["id"] else await operator.get(f"/v1/batches/{made[0][0]}")


async def answer_proposals(api: Api, matches: Sequence[_Json], declining: set[str], step: Step) -> int:
    """Answer for everybody who was proposed a match, driver first; return how many matches somebody declined."""
    answered = await _all([partial(_answer, api, match, declining) for match in matches], step)
    return sum(not accepted for accepted in answered)


async def _answer(api: Api, match: _Json, declining: set[str]) -> bool:
    for trip_id in match["awaiting"]:
        declines = trip_id in declining
        await api.post(f"/v1/matches/{match['id']}/{'decline' if declines else 'accept'}", {"trip_id": trip_id})
        if declines:
            return False
    return True


def draw_declining(morning: Morning, seed: int) -> set[str]:
    """Draw whose plans have changed: ids of the trips for which the first proposal is declined."""
    trips = [trip["id"] for trip in (*morning.offers, *morning.requests)]
    drawn = np.random.default_rng([seed, len(trips)]).random(len(trips)) < _DECLINING_SHARE
    return {trip_id for trip_id, declines in zip(trips, drawn.tolist(), strict=True) if declines}


async def matches_of(api: Api, status: str) -> list[_Json]:
    """Return all matches in this state."""
    return [match async for match in api.items("/v1/matches", status=status)]


async def await_webhooks(
    api: Api, receiver: Receiver, morning: Morning, step: Step, within_s: float = _WEBHOOKS_WITHIN_S
) -> None:
    """Wait until each event of the log has reached the receiver, and nothing else has. Raises DemoFailed."""
    morning.events = [event async for event in api.items("/v1/events")]
    expected = {event["id"] for event in morning.events}
    deadline_s = monotonic_s() + within_s
    arrived = False
    while not arrived and monotonic_s() < deadline_s:
        arrived = await asyncio.to_thread(receiver.wait_for, lambda seen: seen.ids >= expected, 0.2)
        morning.received = receiver.snapshot()
        step(len(morning.received.ids & expected), len(expected))
    missing = len(expected - morning.received.ids)
    if missing:
        raise DemoFailed(f"{missing} of {len(expected)} webhooks did not arrive within {within_s:.0f} s")
    if morning.received.rejected:
        reasons = ", ".join(f"{count} x {reason}" for reason, count in morning.received.rejected.items())
        raise DemoFailed(f"the receiver refused deliveries: {reasons}")


async def _all(calls: Sequence[Callable[[], Any]], step: Step) -> list[Any]:
    """Make all calls at once, as far as the client lets them; return the answers in order or raise the first fault."""
    done = 0

    async def one(call: Callable[[], Any]) -> Any:
        nonlocal done
        answer = await call()
        done += 1
        step(done, len(calls))
        return answer

    step(0, len(calls))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(call)) for call in calls]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
