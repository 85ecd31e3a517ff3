"""Riders of agreed cars who walk can be there on foot, whoever joins, by the referee that knows no engine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from matching.model import Place
from matching.travel import walk_m, walk_s
from service.demo.problem import instance_from_trips, plan_from_matches
from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from tests.factories import HOME, WORK, offer_body, request_body
from tests.running import run_batch
from tests.service.api.rides import answer, carrying, confirm, post, status
from tests.service.markets import points
from tests.shared_files import load_module

pytestmark = pytest.mark.anyio
CORNER = {"lat": 52.3175, "lon": 4.87}  # on the way between home and work, as is all but the walker's door
DOOR = {"lat": 52.31761, "lon": 4.89137}
NEAR_WORK = {"lat": 52.3525, "lon": 4.89}
BETWEEN = {"lat": 52.335, "lon": 4.88}
START = datetime.fromisoformat("2027-03-01T07:30:00+01:00")
BOARDING_S = 45
TIGHT_S, ROOMY_S = 60, 200  # whoever joins takes 90 s and a little


def later(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


def walking_s() -> int:
    return walk_s(walk_m(Place(**DOOR), Place(**CORNER)))


def way_in(context: Context, slack_s: int) -> list[dict[str, Any]]:
    """Return a driver who has so long after the first moment at which the walker can be at the corner, and the walker.

    Then one who joins behind the corner: the car would like to be there earlier.
    """
    there_s = 2 * BOARDING_S + drive_s(context, CORNER, NEAR_WORK) + drive_s(context, NEAR_WORK, WORK)
    latest = later(walking_s() + there_s + slack_s)
    driver = offer_body(max_detour_s=900, earliest_departure=later(0), latest_arrival=latest)
    walker = request_body(origin=DOOR, destination=NEAR_WORK, max_walk_m=2500, earliest_departure=later(0))
    return [driver, walker, request_body(commuter_id="bob", origin=BETWEEN, destination=WORK)]


def way_home(context: Context, slack_s: int) -> list[dict[str, Any]]:
    """Return a driver who comes to the corner so long before the walker has to, the walker, and one who joins."""
    there_s = BOARDING_S + drive_s(context, WORK, NEAR_WORK) + drive_s(context, NEAR_WORK, CORNER)
    latest = later(there_s + slack_s + walking_s())
    driver = offer_body(origin=WORK, destination=HOME, max_detour_s=900, earliest_departure=later(0))
    walker = request_body(origin=NEAR_WORK, destination=DOOR, max_walk_m=2500, latest_arrival=latest)
    return [driver, walker, request_body(commuter_id="bob", origin=WORK, destination=BETWEEN)]


def drive_s(context: Context, one: dict[str, float], other: dict[str, float]) -> int:
    return context.travel.seconds(Place(**one), Place(**other))


@pytest.mark.parametrize("way", [way_in, way_home])
@pytest.mark.parametrize(("slack_s", "joins"), [(TIGHT_S, False), (ROOMY_S, True)])
async def test_who_joins_an_agreed_car_leaves_a_walker_the_time_to_walk(
    context: Context, partner: httpx.AsyncClient, way: Any, slack_s: int, joins: bool
) -> None:
    check_plan = load_module("check_plan")
    corner = points(corner=(CORNER["lat"], CORNER["lon"]))
    await update_market(context, "main", MarketChange(meeting_points=corner))
    driver, walker, other = way(context, slack_s)
    offer, ann = await post(partner, "offer", driver), await post(partner, "request", walker)
    await run_batch(context)
    await confirm(partner, offer, ann)
    agreed = await carrying(partner, offer)
    assert "corner" in {stop["meeting_point"] for stop in agreed["stops"]}
    bob = await post(partner, "request", other)
    await run_batch(context)
    assert (await status(partner, bob) == "proposed") == joins
    if joins:
        assert (await answer(partner, agreed, "accept", bob)).status_code == 200
    now = await carrying(partner, offer)
    assert len(now["riders"]) == 1 + joins
    instance = instance_from_trips([offer], [ann, bob] if joins else [ann], context.settings)
    instance["meeting_points"] = [{"id": "corner", **CORNER}]
    assert check_plan.check(instance, plan_from_matches([now]))[0] == []
    assert max(moved_s(agreed, now, ann)) <= 300


def moved_s(before: dict[str, Any], after: dict[str, Any], trip: dict[str, Any]) -> list[float]:
    """Return by how much each stop of a trip has moved."""
    was, is_ = (
        [datetime.fromisoformat(stop["at"]) for stop in match["stops"] if stop["request_id"] == trip["id"]]
        for match in (before, after)
    )
    return [abs((new - old).total_seconds()) for old, new in zip(was, is_, strict=True)]
