"""What happened: events as they are made with a change, and as they stand in a partner's log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal, get_args

EventType = Literal[
    "match.proposed", "match.accepted", "match.confirmed", "match.declined", "match.expired", "match.cancelled",
    "trip.expired", "trip.cancelled", "endpoint.disabled", "ping",
]  # fmt: skip
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event appended with a change of state, before its partner's log gives it an id.

    `seq` counts up per `subject` (a match or trip); `data` is the JSON of the resource as its partner may see it.
    """

    partner_id: str
    type: EventType
    at: str
    seq: int
    subject: str
    data: str

    def as_argument(self) -> dict[str, str]:
        """Return what the store's functions take."""
        return {"partner": self.partner_id, "type": self.type, "at": self.at, "seq": str(self.seq),
                "subject": self.subject, "data": self.data}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """An event in its partner's log; `entry` is its place there (a stream id), from which `id` is made."""

    id: str
    entry: str
    type: str
    at: str
    seq: int
    subject: str
    data: Any


_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def event_id(partner_id: str, entry: str) -> str:
    """Return ``evt_…`` of a log entry ``ms-n``: sorts like the log, and differs between partners."""
    ms, _, n = entry.partition("-")
    number = int(ms) << 82 | int(n) << 40 | _mark(partner_id)
    return "evt_" + "".join(_DIGITS[(number >> shift) & 31] for shift in range(125, -1, -5))


def event_entry(partner_id: str, id_: str) -> str | None:
    """Return the log entry of an event id of this partner, None where it is not one."""
    text = id_.removeprefix("evt_")
    if len(text) != 26 or text == id_ or not set(text) <= set(_DIGITS):
        return None
    number = 0
    for digit in text:
        number = number << 5 | _DIGITS.index(digit)
    if number & ((1 << 40) - 1) != _mark(partner_id):
        return None
    return f"{number >> 82}-{number >> 40 & ((1 << 42) - 1)}"


def _mark(partner_id: str) -> int:
    return int.from_bytes(hashlib.sha256(partner_id.encode()).digest()[:5], "big")
