"""What the store is told of an attempt."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from service.clock import to_ms
from service.delivery.attempt import Outcome
from service.delivery.verdicts import judge
from service.model.webhooks import Claimed, Endpoint
from service.store.deliveries import Settlement

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
SCHEDULE = (5, 300)


def judged(status: int | None, *, made: int = 0, failing_for: timedelta | None = None) -> Settlement:
    since = to_ms(NOW - failing_for) if failing_for is not None else None
    endpoint = Endpoint("whe_1", "https://h.example/", (), "", "enabled", 3, NOW, "sealed", failing_since_ms=since)
    claimed = Claimed(
        "par_1", endpoint, "17-0", "mat_1", "1", made, "match.proposed", "2026-11-24T05:00:00Z", "1", "{}"
    )
    outcome = Outcome(status, None if status else "timeout", 12, "no")
    return judge(claimed, outcome, NOW - timedelta(seconds=1), NOW, None, 0.5, SCHEDULE)


def test_attempt_is_kept_as_its_partner_reads_it() -> None:
    assert json.loads(judged(500).attempt) == {
        "at": "2026-11-24T05:59:59Z", "status": 500, "error": None, "latency_ms": 12, "answer": "no",
    }  # fmt: skip
    assert json.loads(judged(None).attempt)["error"] == "timeout"


@pytest.mark.parametrize(
    ("status", "made", "verdict", "due_s"),
    [(204, 0, "succeeded", None), (500, 0, "retry", 5), (None, 1, "retry", 300), (500, 2, "failed", None)],
)
def test_verdict_follows_the_schedule(status: int | None, made: int, verdict: str, due_s: int | None) -> None:
    settlement = judged(status, made=made)
    assert settlement.verdict == verdict
    assert settlement.due == (NOW + timedelta(seconds=due_s) if due_s else None)
    assert settlement.disable is None


@pytest.mark.parametrize("made", [0, 2])
def test_endpoint_that_failed_for_five_days_is_to_be_disabled(made: int) -> None:
    assert judged(500, made=made, failing_for=timedelta(days=4, hours=23)).disable is None
    disable = judged(500, made=made, failing_for=timedelta(days=5)).disable
    assert disable is not None
    assert (disable.reason, disable.failing_before) == ("failing", NOW - timedelta(days=5))
    shown = json.loads(disable.event["data"])
    assert (shown["status"], shown["disabled_reason"], shown["version"]) == ("disabled", "failing", 4)
    assert judged(200, failing_for=timedelta(days=9)).disable is None


def test_gone_disables_at_once_and_keeps_the_delivery_owed() -> None:
    settlement = judged(410, made=2)
    assert (settlement.verdict, settlement.due) == ("retry", NOW)
    assert settlement.disable is not None
    assert (settlement.disable.reason, settlement.disable.failing_before) == ("gone", None)
