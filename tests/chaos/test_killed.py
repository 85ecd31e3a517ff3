"""Kill -9 of any process at random moments under load: nothing that was acknowledged is lost, nothing is there twice.

    CHAOS_ROUNDS=20 CHAOS_SEED=1 pytest -n 0 -rP tests/chaos/test_killed.py

gives the figures of `docs/reliability.md`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from loadtests.pages import everything
from tests.blackbox.receiver import Receiver, receiving, register
from tests.chaos.load import QUICK, at_work
from tests.chaos.soundness import assert_sound, key_of, tell
from tests.chaos.writer import CORRIDORS
from tests.factories import corridor, offer_body, request_body, tomorrow
from tests.serving import Service, serving, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
ROUNDS, SEED = int(os.environ.get("CHAOS_ROUNDS", "2")), int(os.environ.get("CHAOS_SEED", "1"))
ROLES = ("store", "api", "matcher", "deliverer")
# Deliveries that a killed deliverer had claimed are due again within 7 s, and a receiver is tried often.
SETTINGS = {**QUICK, "webhook_timeout_s": 2, "webhook_retry_schedule": ",".join(["0.5"] * 30)}


def test_whatever_is_killed_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    kills = Counter[str]()
    with receiving() as receiver, serving(tmp_path / "data", **SETTINGS) as service:
        partner, _ = service.partner()
        register(partner, receiver)
        with at_work(service.url, key_of(partner), SEED) as load:
            for number in range(ROUNDS):
                load.more(chance.randrange(20, 200))
                for role in victims(chance, number):
                    tell("killed", seed=SEED, round=number, role=role, acknowledged=load.told.count)
                    kill(service, role)
                    kills[role] += 1
                load.more(60, answers=8)  # which needs a matcher that is at work again
                with load.at_rest() as told:
                    assert_sound(service, partner, told)
            with load.at_rest() as told:
                matched_again(partner)
                all_events_arrive(partner, receiver)
                assert_sound(service, partner, told)
        tell(
            "rounds", rounds=ROUNDS, seed=SEED, kills=kills, trips=len(told.trips), answers=len(told.answers),
            cancelled=len(told.cancelled), events=len(receiver.events), instead_of_answers=load.seen,
            delivered_more_than_once=sum(times - 1 for times in receiver.times.values()),
        )  # fmt: skip
    assert receiver.refused == 0
    assert set(kills) == set(ROLES) or len(ROLES) > ROUNDS


def victims(chance: random.Random, number: int) -> list[str]:
    """Return who dies in a round: each role in turn, in another order each time; later, now and then, a second one."""
    turn = list(ROLES)
    random.Random(f"{SEED}/{number // len(ROLES)}").shuffle(turn)
    first = turn[number % len(ROLES)]
    others = [role for role in ROLES if role != first]
    return [first, *chance.sample(others, number >= len(ROLES) and chance.random() < 0.4)]


def kill(service: Service, role: str) -> None:
    """Kill a role's process; one that is down just now, from the round before, is waited for."""

    def killed() -> bool:
        try:
            service.role(role).kill()
        except psutil.NoSuchProcess:
            return False
        return True

    until(killed, f"{role} killed")


def matched_again(partner: httpx.Client) -> None:
    """See a driver and a rider of a corridor of their own proposed: the service goes on by itself."""
    paths = []
    for kind, body in (("offers", offer_body), ("requests", request_body)):
        posted = partner.post(f"/v1/{kind}", json=tomorrow(corridor(body(commuter_id=f"last-{kind}"), CORRIDORS + 1)))
        paths.append(f"/v1/{kind}/{posted.json()['id']}")

    def proposed() -> bool:
        return [partner.get(path).json()["status"] for path in paths] == ["proposed"] * 2

    until(proposed, "a match after the last kill", 90)


def all_events_arrive(partner: httpx.Client, receiver: Receiver) -> None:
    """See that the receiver gets every event of the log, and nothing else."""

    def log() -> dict[str, Any]:
        return {event["id"]: event for event in everything(partner, "events")}

    until(lambda: receiver.events == log(), "every event delivered", 90)
