"""What is held against a service after a load: the events of a match, in order for each partner, none lost to all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loadtests.acknowledged import Acknowledged, Logged, missing_of, skipped

IN_ORDER = {
    "from the first on": [1, 2, 3],
    "from an invitation on": [5, 6],
    "others were invited meanwhile": [1, 2, 5],
}
NOT_IN_ORDER = {"one comes twice": [1, 2, 2], "one comes late": [1, 3, 2]}


def log_of(*seqs: int) -> dict[str, Logged]:
    at = datetime(2027, 3, 1, tzinfo=UTC)
    return {f"evt_{n}": Logged("match.updated", at, "mat_1", seq, "", ()) for n, seq in enumerate(seqs)}


@pytest.mark.parametrize("seqs", IN_ORDER.values(), ids=IN_ORDER)
def test_events_that_follow_each_other_are_in_order(seqs: list[int]) -> None:
    assert missing_of(Acknowledged(), {}, {}, log_of(*seqs)) == []


@pytest.mark.parametrize("seqs", NOT_IN_ORDER.values(), ids=NOT_IN_ORDER)
def test_an_event_that_comes_twice_or_late_is_told_of(seqs: list[int]) -> None:
    assert missing_of(Acknowledged(), {}, {}, log_of(*seqs)) == [f"mat_1 has events {seqs}"]


def test_every_event_of_a_match_is_in_the_log_of_somebody() -> None:
    assert skipped(log.values() for log in (log_of(1, 2, 5), log_of(3, 4))) == []


def test_an_event_that_nobody_has_is_told_of() -> None:
    logs = log_of(2, 5), log_of(4)
    assert skipped(log.values() for log in logs) == ["mat_1 has no event 1", "mat_1 has no event 3"]


def test_a_car_that_an_invitation_to_has_come_to_nothing_is_not_missed_and_any_other_is() -> None:
    told = Acknowledged(answers={("mat_1", "req_1"): "declined", ("mat_2", "req_2"): "declined"})
    at = datetime(2027, 3, 1, tzinfo=UTC)
    log = {
        "evt_1": Logged("match.declined", at, "mat_1", 1, "", ("req_1",)),
        "evt_2": Logged("match.declined", at, "mat_2", 1, "", ("req_9",)),
    }
    assert missing_of(told, {}, {}, log) == ["mat_2 is gone"]
