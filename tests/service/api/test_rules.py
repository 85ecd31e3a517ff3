"""The store's functions follow the table of transitions, whatever they are asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import httpx
import pytest

from service.model.matches import MatchStatus
from service.model.transitions import MATCH_STEPS, TRIP_STEPS, MatchAction, TripAction
from service.model.trips import TripStatus
from service.store import match_changes, matches
from service.store.client import Store
from service.store.damaged import Contradiction
from service.store.match_changes import Advance, TripMove
from service.store.rules import lua_rules
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.rides import post, the_match

pytestmark = pytest.mark.anyio


@pytest.mark.one_server
async def test_the_functions_know_each_row_of_the_table_and_no_other(store: Store) -> None:
    tables = (
        ("match", MATCH_STEPS, get_args(MatchStatus), get_args(MatchAction)),
        ("trip", TRIP_STEPS, get_args(TripStatus), get_args(TripAction)),
    )
    for kind, steps, states, actions in tables:
        rows = {(step.before or "", step.action): step.after for step in steps}
        source = f"{lua_rules()} return {kind}_after(ARGV[1], ARGV[2]) or ''"
        for before in ("", *states):
            for action in actions:
                assert await store.redis.eval(source, 0, before, action) == rows.get((before, action), "")


async def test_an_advance_that_the_table_does_not_have_changes_nothing(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer = await post(partner, "offer", offer_body())
    await post(partner, "request", request_body())
    await run_batch(context)
    before = await the_match(partner)
    (was,) = await matches.get_matches(context.store, "main", [(await the_match(partner))["id"]])
    assert was is not None
    same, confirmed = replace(was, version=2), replace(was, version=2, status="confirmed")
    forged = (
        Advance(was, confirmed, ("accept",), (), ()),
        Advance(was, confirmed, ("confirm", "confirm"), (), ()),
        Advance(was, same, ("accept",), (TripMove(offer["id"], "propose"),), ()),
    )
    for advance in forged:
        with pytest.raises(Contradiction):
            await match_changes.advance(context.store, "main", [advance])
    assert await the_match(partner) == before
    assert await violations(context.store) == []
