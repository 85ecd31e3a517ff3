"""The example that `docs/matching.md` works out by hand comes out as it says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from matching import Certificate, Instance, check, instance_from_json, solve
from matching.verify import verify
from matching.verify.cars import Cars
from matching.verify.duals import FINE, read_duals
from matching.verify.effort import Effort
from matching.verify.world import World

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "matching.md").read_text()
Table = list[dict[str, str]]


def table(first: str) -> Table:
    """Return the rows of the page's table whose first heading is this."""
    block = re.search(rf"^\| {first} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert block is not None
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in block[0].splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def example() -> Instance:
    found = re.search(r"```json instance\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return instance_from_json(json.loads(found[1]))


def duals() -> Certificate:
    (row,) = table("dual of")
    values = {name: float(row[name]) for name in row if name != "dual of"}
    return Certificate(
        offers={name: value for name, value in values.items() if name.startswith("o")},
        requests={name: value for name, value in values.items() if name.startswith("r")},
    )


def test_columns_are_those_of_the_table_with_its_scores_and_what_they_earn() -> None:
    instance = example()
    cars = Cars(World(instance, Effort(1_000_000), restricted=False), read_duals(instance, duals()))
    found = {
        (instance.offers[car.offer].id, " ".join(sorted(instance.requests[r].id for r in car.riders))): car
        for offer in range(len(instance.offers))
        for car in cars.gaining(offer, -(10**9))
    }
    rows = {(row["car"], row["riders"]): row for row in table("car")}
    assert found.keys() == rows.keys()
    for name, row in rows.items():
        assert found[name].score == int(row["score"])
        assert found[name].gain == int(row["earns"]) * FINE
        assert int(row["score"]) - int(row["prices"]) == int(row["earns"])
        own = {r.id: instance.travel.seconds(r.origin, r.destination) for r in instance.requests}
        riders = row["riders"].split()
        assert int(row["score"]) == sum(3600 + own[r] for r in riders) - int(row["extra driving"])
        assert int(row["detour"]) == int(row["extra driving"]) + 2 * 45 * len(riders)


def test_stops_of_the_table_drive_as_much_as_it_says() -> None:
    instance = example()
    direct = {o.id: instance.travel.seconds(o.origin, o.destination) for o in instance.offers}
    for row in table("car"):
        marks = [int(mark) for mark in row["stops at marks"].split()]
        driving = sum(100 * abs(b - a) for a, b in pairwise(marks))
        assert driving - direct[row["car"]] == int(row["extra driving"])


def test_the_plan_is_the_one_of_the_page_and_the_page_s_duals_prove_its_bound() -> None:
    instance = example()
    plan = solve(instance)
    assert check(instance, plan) == []
    (match,) = plan.matches
    assert (match.offer, set(match.requests)) == ("o1", {"r1", "r3"})
    assert (plan.score, plan.bound) == (8600, 8600)
    stops = [(f"{s.kind} {s.request or ''}".strip(), datetime.fromtimestamp(s.at, UTC)) for s in match.stops]
    assert {stop: f"{at:%H:%M:%S}" for stop, at in stops} == {row["stop"]: row["at"] for row in table("stop")}
    assert verify(instance, plan).faults == ()
    by_hand = verify(instance, replace(plan, certificate=duals()), most_cars=0)
    assert (by_hand.faults, by_hand.proven) == ((), 8600)
