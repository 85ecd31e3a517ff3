"""What is held against a service after a load: a partner's events of a match, from the first or an invitation on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loadtests.acknowledged import Acknowledged, Logged, missing_of

PROPOSED, OTHER = "match.proposed", "match.updated"
IN_ORDER = {
    "from the first on": [(1, PROPOSED), (2, OTHER), (3, OTHER)],
    "from an invitation on": [(5, PROPOSED), (6, OTHER)],
    "invited again": [(1, PROPOSED), (2, OTHER), (7, PROPOSED), (8, OTHER)],
}
NOT_IN_ORDER = {
    "the first is missing": [(2, OTHER), (3, OTHER)],
    "one in between is missing": [(1, PROPOSED), (3, OTHER)],
    "one comes twice": [(1, PROPOSED), (2, OTHER), (2, OTHER)],
    "one comes late": [(1, PROPOSED), (3, PROPOSED), (2, PROPOSED)],
}


def found(events: list[tuple[int, str]]) -> list[str]:
    at = datetime(2027, 3, 1, tzinfo=UTC)
    log = {f"evt_{n}": Logged(type_, at, "mat_1", seq, "", ()) for n, (seq, type_) in enumerate(events)}
    return missing_of(Acknowledged(), {}, {}, log)


@pytest.mark.parametrize("events", IN_ORDER.values(), ids=IN_ORDER)
def test_events_that_follow_each_other_are_all_there(events: list[tuple[int, str]]) -> None:
    assert found(events) == []


@pytest.mark.parametrize("events", NOT_IN_ORDER.values(), ids=NOT_IN_ORDER)
def test_an_event_that_is_missing_is_told_of(events: list[tuple[int, str]]) -> None:
    assert found(events) == [f"mat_1 has events {[seq for seq, _ in events]}"]
