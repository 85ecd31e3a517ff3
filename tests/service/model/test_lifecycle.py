"""The table of transitions: it is drawn as the docs show it, and agrees with itself."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from service.errors import WrongState
from service.model.events import EVENT_TYPES, NewEvent
from service.model.lifecycle import page
from service.model.matches import MatchStatus
from service.model.transitions import (
    AGREED,
    HELD,
    MATCH_STEPS,
    OF_INVITATION,
    OVER,
    TRIP_STEPS,
    MatchStep,
    match_step,
    trip_step,
)
from service.model.trips import TripStatus

DOCS = Path(__file__).parents[3] / "docs" / "lifecycle.md"
LEAVING = ("leaver", "refuser")
TRIP_AFTER = {(step.before, step.action): step.after for step in TRIP_STEPS}


UNINVITING = ("decline", "expire", "uninvite")


def before(step: MatchStep, part: str) -> str:
    """Return where a trip stands before a step of its match: one that is invited is not in the car yet."""
    if step.before == "confirmed" and step.action in OF_INVITATION:
        return "open" if step.action == "invite" else "proposed"
    return step.before or "open"


def test_the_published_table_is_that_of_the_code() -> None:
    assert DOCS.read_text() == page(), "run: carpool lifecycle > docs/lifecycle.md"


def test_each_row_stands_once() -> None:
    for steps in (MATCH_STEPS, TRIP_STEPS):
        rows = [(step.before, step.action) for step in steps]
        assert len(rows) == len(set(rows))


def test_every_state_can_be_reached_from_nothing() -> None:
    for steps, states in ((MATCH_STEPS, get_args(MatchStatus)), (TRIP_STEPS, get_args(TripStatus))):
        reached: set[str | None] = {None}
        for _ in steps:
            reached |= {step.after for step in steps if step.before in reached}
        assert reached == {None, *states}


def test_a_match_takes_its_trips_along_by_rows_that_the_trips_have() -> None:
    for step in MATCH_STEPS:
        for part, action in step.trips.items():
            after = TRIP_AFTER[before(step, part), action]
            goes = part in LEAVING or step.action in UNINVITING
            assert (after in HELD) == (step.after in HELD and not goes), step


def test_trips_of_a_car_that_goes_on_stand_where_it_stands() -> None:
    for step in MATCH_STEPS:
        stays = {part: action for part, action in step.trips.items() if part not in (*LEAVING, "invited")}
        if step.after in HELD and step.after != step.before:
            assert {TRIP_AFTER[step.before or "open", action] for action in stays.values()} == {step.after}, step
        elif step.after in HELD:
            assert not stays, step


def test_every_event_of_matches_and_trips_is_emitted_by_some_row() -> None:
    emitted = {event for step in (*MATCH_STEPS, *TRIP_STEPS) for event in step.events}
    assert emitted == {event for event in EVENT_TYPES if event.startswith(("match.", "trip."))}


def test_the_retention_counts_from_each_event_that_tells_of_an_end_or_that_a_car_is_agreed() -> None:
    ends = {event for step in MATCH_STEPS if step.after not in HELD for event in step.events}
    ends |= {event for step in TRIP_STEPS if step.after in OVER for event in step.events}
    counted = {
        event for event in EVENT_TYPES
        if NewEvent("par_1", event, "2027-03-01T05:00:00Z", 1, "mat_1", "{}").as_argument()["ended_ms"]
    }  # fmt: skip
    assert counted == ends | {"match.confirmed"}
    assert {step.after for step in MATCH_STEPS if step.after not in (*HELD, *AGREED)} <= {*OVER, "declined"}


def test_what_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(WrongState, match="mat_1 is declined: accept is not possible"):
        match_step("mat_1", "declined", "accept")
    with pytest.raises(WrongState, match="off_1 is expired: cancel is not possible"):
        trip_step("off_1", "expired", "cancel")
