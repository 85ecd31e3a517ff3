"""Holds a service, and the receiver of its webhooks, against what it has acknowledged, when the load has gone."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from loadtests.acknowledged import Acknowledged, Logged, missing_of, read_all, skipped
from loadtests.load.figures import Found
from loadtests.load.record import Record
from loadtests.load.target import Receiving, Target

_EVERY_S = 0.5
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner's log, and what of all that was acknowledged to it is missing."""

    log: Mapping[str, Logged]
    missing: tuple[str, ...]
    acknowledged: int


async def account(
    target: Target,
    receiver: Receiving | None,
    record: Record,
    within_s: float,
    say: Callable[[str], None],
    *,
    everything_is_kept: bool = True,
) -> Found:
    """Say what is missing, and what contradicts itself; webhooks have `within_s` to arrive.

    Where not `everything_is_kept`, for the run was longer than that, only what the logs still have is looked for.
    """
    told = record.acknowledged() if everything_is_kept else defaultdict(Acknowledged)
    say("holding the service against what it has acknowledged")
    partners = await _read(target, told)
    # A log from which the oldest events were dropped has gaps.
    missing = [sentence for partner in partners for sentence in partner.missing] if everything_is_kept else []
    if everything_is_kept and target.serving is not None:  # somebody's service may have partners of whom nobody told
        missing += await _skipped(target, partners, within_s)
    late: list[str] = []
    if receiver is not None:
        say("waiting for the last webhooks")
        late = await _owed(receiver, partners, within_s)
    wrong: int | None = None
    if target.serving is not None:
        say("carpool doctor")
        wrong = int((await target.serving.command("doctor", ends=(0, 1)))["wrong"])
    return Found(
        missing_webhooks=len(late) if receiver is not None else None,
        missing_acknowledged=len(missing) if everything_is_kept else None,
        contradictions=wrong, acknowledged=sum(partner.acknowledged for partner in partners),
        events=sum(len(partner.log) for partner in partners), sentences=tuple((missing + late)[:_SHOWN]),
        tally=await _tally(receiver) if receiver is not None else {},
    )  # fmt: skip


async def _read(target: Target, told: Mapping[int, Acknowledged]) -> list[Partner]:
    return [await asyncio.to_thread(_partner, target, n, told[n]) for n in range(len(target.keys))]


async def _skipped(target: Target, partners: Sequence[Partner], within_s: float) -> list[str]:
    """Return a sentence for each event of a match that no partner has been told in time; batches go on meanwhile."""
    until = time.monotonic() + within_s
    while True:
        found = skipped(partner.log.values() for partner in partners)
        if not found or time.monotonic() > until:
            return found
        await asyncio.sleep(_EVERY_S)
        partners = await _read(target, defaultdict(Acknowledged))


def _partner(target: Target, number: int, told: Acknowledged) -> Partner:
    with httpx.Client(
        base_url=target.url, headers={"Authorization": f"Bearer {target.keys[number]}"}, timeout=60, trust_env=False
    ) as client:
        trips, matches, log = read_all(client)
        return Partner(log, tuple(missing_of(told, trips, matches, log)), told.count + len(told.events))


async def _owed(receiver: Receiving, partners: Sequence[Partner], within_s: float) -> list[str]:
    """Return a sentence for each event that an endpoint has not got in time."""
    until = time.monotonic() + within_s
    async with httpx.AsyncClient(base_url=receiver.url, timeout=60, trust_env=False) as client:
        while True:
            owed: list[str] = []
            for number, (partner, since) in enumerate(zip(partners, receiver.since, strict=True)):
                due = {id_ for id_, event in partner.log.items() if event.at >= since}
                for path in receiver.paths(number):
                    taken = set((await client.get(f"/taken{path}")).raise_for_status().json())
                    owed += [f"{path} has not got {event}" for event in sorted(due - taken)]
            if not owed or time.monotonic() > until:
                return owed
            await asyncio.sleep(_EVERY_S)


async def _tally(receiver: Receiving) -> dict[str, object]:
    async with httpx.AsyncClient(base_url=receiver.url, timeout=60, trust_env=False) as client:
        tally: dict[str, object] = (await client.get("/tally")).raise_for_status().json()
        return tally


async def delays_s(receiver: Receiving, partners: int) -> list[float]:
    """Return how long after they happened events came to endpoints that answer well."""
    found: list[float] = []
    async with httpx.AsyncClient(base_url=receiver.url, timeout=60, trust_env=False) as client:
        for number in range(partners):
            well, _ = receiver.paths(number)
            found += (await client.get(f"/delays{well}")).raise_for_status().json()
    return found
