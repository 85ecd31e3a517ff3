"""The life of trips and matches as a state machine: whatever callers do at once, nothing ever contradicts anything."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service.store.embedded import EmbeddedStore
from service.usecases import batches
from tests.chaos.soundness import tell
from tests.chaos.town import Deed, Town, Wanted
from tests.running import run_batch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES", "15"))
ANY = st.integers(0, 99)
OF_RIDES = ["start", "pickup", "dropoff", "complete", "delay", "position", "no_show", "cancel"]
DEEDS = st.lists(
    st.tuples(st.sampled_from([*["accept"] * 6, "decline", "decline", "delete", "delete", "change", *OF_RIDES]), ANY),
    min_size=1, max_size=8,
)  # fmt: skip
TRIPS = st.tuples(
    st.sampled_from(["offer", "request", "request"]), st.integers(0, 1), st.integers(0, 1),
    st.sampled_from([None, None, None, "e0", "e1"]),
)  # fmt: skip


class Lifecycle(RuleBasedStateMachine):
    """Each rule but those that post has several callers at once."""

    url: ClassVar[str]
    seen: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.Runner()
        self._town = self._loop.run(Town.open(self.url))

    def teardown(self) -> None:
        """End the life by a batch whose proposals nobody answers."""
        try:
            self.run_a_batch()
            self.act_while_time_runs_out([], 700)
            self.nothing_contradicts_anything()
        finally:
            self._leave()

    def _leave(self) -> None:
        self.seen.update(self._loop.run(self._town.close()))
        self._loop.close()

    @initialize(wanted=st.lists(TRIPS, min_size=4, max_size=12), then=DEEDS)
    def live_a_morning(self, wanted: list[Wanted], then: list[Deed]) -> None:
        self.post(wanted)
        self._at_once(run_batch(self._town.context))
        self._at_once(self._town.together("accept", 0), self._town.act(then))

    @rule(wanted=st.lists(TRIPS, min_size=1, max_size=6))
    def post(self, wanted: list[Wanted]) -> None:
        self._at_once(*(self._town.post(*trip) for trip in wanted))

    @rule(which=ANY)
    def post_way_back(self, which: int) -> None:
        self._at_once(self._town.post_way_back(which))

    @rule(deeds=DEEDS)
    def act(self, deeds: list[Deed]) -> None:
        self._at_once(self._town.act(deeds))

    @rule(which=ANY)
    def agree(self, which: int) -> None:
        self._at_once(self._town.together("accept", which))

    @rule(which=ANY, verbs=st.lists(st.sampled_from(OF_RIDES), min_size=1, max_size=3), deeds=DEEDS)
    def ride(self, which: int, verbs: list[str], deeds: list[Deed]) -> None:
        """Have a car set off, and all in it do the same things; others act meanwhile."""
        self._at_once(*(self._town.together(verb, which) for verb in ("start", *verbs)), self._town.act(deeds))

    @rule()
    def run_a_batch(self) -> None:
        self._at_once(run_batch(self._town.context))

    @rule(deeds=DEEDS)
    def act_while_a_batch_is_solved(self, deeds: list[Deed]) -> None:
        self._at_once(run_batch(self._town.context, meanwhile=lambda: self._town.act(deeds)))

    @rule(deeds=DEEDS)
    def act_beside_a_batch(self, deeds: list[Deed]) -> None:
        self._at_once(run_batch(self._town.context), self._town.act(deeds))

    @rule(deeds=DEEDS, seconds=st.sampled_from([1, 300, 700, 3000]))
    def act_while_time_runs_out(self, deeds: list[Deed], seconds: int) -> None:
        self._town.clock.move(seconds=seconds)
        self._at_once(batches.expire_due(self._town.context, "main"), self._town.act(deeds))

    @invariant()
    def nothing_contradicts_anything(self) -> None:
        assert self._loop.run(self._town.wrong()) == []

    def _at_once(self, *work: Awaitable[Any]) -> None:
        async def together() -> None:
            await asyncio.gather(*work)

        self._loop.run(together())


def test_no_order_of_deeds_makes_the_store_contradict_itself(valkey: EmbeddedStore) -> None:
    Lifecycle.url, Lifecycle.seen = valkey.url, Counter()
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=25, deadline=None, database=None,
            phases=[Phase.generate],  # who comes first differs from run to run, so that nothing can be made smaller
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip
    tell("lives", examples=EXAMPLES, **Lifecycle.seen)
    assert {"match.confirmed", "match.declined", "match.expired", "match.cancelled", "trip.cancelled"} <= set(
        Lifecycle.seen
    )
