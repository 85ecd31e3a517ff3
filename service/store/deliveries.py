"""Deliveries in the store: claimed under a lease, settled once, listed for their partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import orjson

from service.clock import from_ms, to_ms
from service.model.events import event_id
from service.model.webhooks import (
    Claimed,
    Delivery,
    DeliveryStatus,
    DisabledReason,
    delivery_entry,
    delivery_id,
)
from service.store import keys
from service.store.client import Store
from service.store.endpoints import endpoint_of
from service.store.listing import Page

Verdict = Literal["succeeded", "retry", "failed", "postponed"]
Answer = Literal["ok", "disabled", "stale", "missing"]
_FIELDS = ("type", "status", "attempts", "due_ms")
_LOOKED_THROUGH = 1000  # deliveries, for those of one status


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much to claim of one log: at most `most`, and `each` per endpoint where `room` does not say less.

    `ahead_ms`: how far the log's time is ahead of the clock.
    """

    owner: str
    most: int
    each: int
    room: Mapping[str, int] = field(default_factory=dict)
    ahead_ms: int = 0


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed of one log, and the endpoints whose record can not be read, or the log's own fault."""

    claimed: list[Claimed]
    broken: tuple[str, ...] = ()
    fault: Exception | None = None


@dataclass(frozen=True, slots=True)
class Disabling:
    """Why an endpoint is to be disabled with a settlement, and the event that tells of it.

    With `failing_before` only where it has failed without a break since then.
    """

    reason: DisabledReason
    event: Mapping[str, str]
    failing_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of a claimed delivery: the attempt as JSON (none where nothing was sent) and when it is due again."""

    claimed: Claimed
    verdict: Verdict
    at: datetime
    due: datetime | None = None
    attempt: str = ""
    disable: Disabling | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The store's word on a settlement, and when the endpoint's lane is due next."""

    answer: Answer
    next_due: datetime | None


async def claim(
    store: Store, wanted: Sequence[Wanted], now: datetime, lease: timedelta, keep: timedelta
) -> list[Claims]:
    """Claim what is due now until the lease ends, one round trip for all logs; `keep`: how long deliveries are kept."""
    answers = await store.call_many("claim_deliveries", [
        (keys.partner_tag(want.owner), {
            "now_ms": str(to_ms(now) + want.ahead_ms), "until_ms": str(to_ms(now + lease) + want.ahead_ms),
            "most": want.most, "each": want.each,
            "room": dict(want.room), "keep_s": _seconds(keep),
        }) for want in wanted
    ], each=True)  # fmt: skip
    return [_claims(want.owner, answer) for want, answer in zip(wanted, answers, strict=True)]


async def settle(store: Store, settlements: Sequence[Settlement], keep: timedelta) -> list[Settled]:
    """Settle claimed deliveries, each in one step, one round trip for all."""
    answers = await store.call_many("settle_delivery", [
        (keys.partner_tag(s.claimed.owner), _settle_arguments(s, keep)) for s in settlements
    ])  # fmt: skip
    return [
        Settled(answer[0], from_ms(int(answer[1])) if len(answer) > 1 and answer[1] else None) for answer in answers
    ]


async def list_deliveries(
    store: Store, owner: str, endpoint_id: str, *, limit: int, cursor: str | None, status: DeliveryStatus | None = None
) -> Page[Delivery]:
    """Read a page of an endpoint's deliveries, the latest begun first; `cursor` is a delivery's id.

    Of one `status`, a page may have fewer than there are: the cursor then goes on behind what was looked through.
    """
    tag = keys.partner_tag(owner)
    index = keys.DELIVERIES(tag, endpoint_id)
    start = 0
    if cursor is not None:
        entry = delivery_entry(endpoint_id, cursor) or ""
        rank = await store.read(lambda redis: redis.zrevrank(index, entry))
        if rank is None:  # purged meanwhile, and so is everything older
            return Page([], None)
        start = rank + 1
    window = limit if status is None else _LOOKED_THROUGH
    entries = await store.read(lambda redis: redis.zrange(index, start, start + window, desc=True))

    def fill(pipe: Any) -> None:
        for entry in entries[:window]:
            pipe.hmget(keys.DELIVERY(tag, endpoint_id, entry), _FIELDS)

    rows = await store.pipeline(fill) if entries else []
    items: list[Delivery] = []
    last = None
    for entry, row in zip(entries[:window], rows, strict=True):
        last = entry
        if row[0] is not None and (status is None or row[1] == status):
            items.append(_delivery(owner, endpoint_id, entry, row))
        if len(items) == limit:
            break
    return Page(items, delivery_id(endpoint_id, last) if last is not None and last != entries[-1] else None)


def _claims(owner: str, answer: list[Any] | Exception) -> Claims:
    if isinstance(answer, Exception):
        return Claims([], fault=answer)
    claimed: list[Claimed] = []
    broken: list[str] = []
    for endpoint_id, record, entries in answer[1:]:
        try:
            endpoint = endpoint_of(record)
        except (KeyError, ValueError):
            broken.append(endpoint_id)
            continue
        claimed += [
            Claimed(owner, endpoint, entry, subject, token, int(attempts), *event)
            for entry, subject, token, attempts, *event in entries
        ]
    return Claims(claimed, tuple(broken))


def _settle_arguments(s: Settlement, keep: timedelta) -> dict[str, Any]:
    disable = None
    if s.disable is not None:
        before = s.disable.failing_before
        disable = {
            "reason": s.disable.reason, "failing_before_ms": str(to_ms(before)) if before else "",
            "event": {**s.disable.event, "market": ""},
        }  # fmt: skip
    return {
        "endpoint": s.claimed.endpoint.id, "entry": s.claimed.entry, "subject": s.claimed.subject,
        "token": s.claimed.token, "now_ms": str(to_ms(s.at)), "verdict": s.verdict,
        "due_ms": str(to_ms(s.due)) if s.due else "", "attempt": s.attempt, "keep_s": _seconds(keep),
        "disable": disable,
    }  # fmt: skip


def _delivery(owner: str, endpoint_id: str, entry: str, row: Sequence[str | None]) -> Delivery:
    type_, status, attempts, due_ms = row
    return Delivery(
        id=delivery_id(endpoint_id, entry), event_id=event_id(owner, entry), event_type=type_ or "",
        status=cast("DeliveryStatus", status), attempts=orjson.loads(f"[{attempts or ''}]"),
        next_attempt_at=from_ms(int(due_ms)) if due_ms and status == "pending" else None,
    )  # fmt: skip


def _seconds(length: timedelta) -> int:
    return round(length.total_seconds())
