"""From what came of an attempt to what the store is told: the attempt's record, the next time, the endpoint's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from service.clock import rfc3339, to_ms
from service.delivery.attempt import Outcome
from service.delivery.schedule import FAILING_FOR, next_step
from service.model.webhooks import Claimed, DisabledReason
from service.store.deliveries import Disabling, Settlement


def judge(
    claimed: Claimed, outcome: Outcome, began: datetime, now: datetime, asked_s: float | None, draw: float,
    schedule_s: Sequence[float],
) -> Settlement:  # fmt: skip
    """Return the settlement of a delivery whose attempt `began` and has ended `now`."""
    attempt = orjson.dumps({
        "at": rfc3339(began), "status": outcome.status, "error": outcome.error, "latency_ms": outcome.latency_ms,
        "answer": outcome.answer,
    }).decode()  # fmt: skip
    step = next_step(claimed.attempts + 1, outcome.status, asked_s, draw, schedule_s)
    if step.step == "done":
        return Settlement(claimed, "succeeded", now, attempt=attempt)
    if step.step == "gone":
        # It stays owed: whoever enables the endpoint again gets what was missed.
        return Settlement(claimed, "retry", now, due=now, attempt=attempt, disable=_disabling(claimed, "gone", now))
    disable = None
    since = claimed.endpoint.failing_since_ms
    if since is not None and since <= to_ms(now - FAILING_FOR):
        disable = _disabling(claimed, "failing", now)
    if step.step == "end":
        return Settlement(claimed, "failed", now, attempt=attempt, disable=disable)
    due = now + timedelta(seconds=step.after_s)
    return Settlement(claimed, "retry", now, due=due, attempt=attempt, disable=disable)


def postpone(claimed: Claimed, now: datetime, seconds: float) -> Settlement:
    """Return the settlement of a delivery that could not be tried, through no fault of its receiver."""
    return Settlement(claimed, "postponed", now, due=now + timedelta(seconds=seconds))


def _disabling(claimed: Claimed, reason: DisabledReason, now: datetime) -> Disabling:
    endpoint = replace(
        claimed.endpoint, status="disabled", disabled_reason=reason, version=claimed.endpoint.version + 1
    )
    event = {
        "type": "endpoint.disabled", "at": rfc3339(now), "seq": str(endpoint.version), "subject": endpoint.id,
        "data": orjson.dumps(endpoint.document()).decode(),
    }  # fmt: skip
    return Disabling(reason, event, now - FAILING_FOR if reason == "failing" else None)
