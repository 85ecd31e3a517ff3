"""What happened: events as they are made with a change, and as they stand in a partner's log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

import orjson

from service.clock import to_ms
from service.ids import base32, from_base32
from service.model.partners import Caller, is_sandbox, sandbox_market
from service.tracing import traceparent

EventType = Literal[
    "match.proposed", "match.accepted", "match.confirmed", "match.updated", "match.declined", "match.expired",
    "match.cancelled", "match.started", "match.completed", "match.return_at_risk",
    "trip.expired", "trip.cancelled", "commuter.reported", "endpoint.disabled", "ping",
]  # fmt: skip
_OF_SANDBOX = "~test"
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)


# Whose subject has ended, or is agreed and ends when it has been driven: from then on the retention counts.
_ENDING = frozenset((
    "trip.expired", "trip.cancelled", "match.confirmed", "match.declined", "match.expired", "match.cancelled",
    "match.completed",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event appended with a change of state, before its partner's log gives it an id.

    `seq` counts up per `subject` (a match or trip); `data` is the JSON of the resource as its partner may see it.
    `communities`: those of the partner's trips that it is about; None where they are not known.
    `people`: whom of the partner's it concerns, by the trip that they have in it.
    """

    partner_id: str
    type: EventType
    at: str
    seq: int
    subject: str
    data: str
    communities: tuple[str, ...] | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    trace: str = field(default_factory=traceparent)
    """What caused it, where traces are kept."""

    def as_argument(self) -> dict[str, str]:
        """Return what the store's functions take."""
        ended_ms = str(to_ms(datetime.fromisoformat(self.at))) if self.type in _ENDING else ""
        return {"partner": self.partner_id, "type": self.type, "at": self.at, "seq": str(self.seq),
                "subject": self.subject, "data": self.data, "ended_ms": ended_ms,
                "people": orjson.dumps(self.people).decode() if self.people else "",
                **({} if self.communities is None else {"communities": ",".join(self.communities)}),
                **({"trace": self.trace} if self.trace else {})}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """An event in its partner's log; `entry` is its place there (a stream id), from which `id` is made.

    `people`: whom it concerns, by trip.
    """

    id: str
    entry: str
    type: str
    at: str
    seq: int
    subject: str
    data: Any
    people: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the event as its partner reads it."""
        return event_document(self.id, self.type, self.at, self.seq, self.data)


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event in its partner's log, with the bytes of its document: the same in the partner's streams and deliveries.

    `people`: whom it concerns, by trip.
    """

    entry: str
    id: str
    type: str
    subject: str
    communities: str | None
    body: bytes
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events of a log are wanted. No types, no communities means all of them, also those that come later.

    `commuter_id`: only what concerns this one.
    """

    types: frozenset[str] = frozenset()
    communities: frozenset[str] = frozenset()
    commuter_id: str | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether there may be events that are not wanted."""
        return bool(self.types or self.communities or self.commuter_id)

    def takes(self, type_: str, communities: str | None, people: Mapping[str, str]) -> bool:
        """Tell whether an event is wanted; `communities` of its trips, with commas, None where it is about no trip.

        What is of no trip, or of trips whose communities are not known, is of all communities. `people`: whom it
        concerns, by trip.
        """
        return self.takes_kind(type_, communities) and self.takes_people(people)

    def takes_kind(self, type_: str, communities: str | None) -> bool:
        """Tell whether an event is wanted, whomever it concerns."""
        if self.types and type_ not in self.types:
            return False
        return not self.communities or communities is None or not self.communities.isdisjoint(communities.split(","))

    def takes_people(self, people: Mapping[str, str]) -> bool:
        """Tell whether an event of a wanted kind is wanted, by whom it concerns."""
        return self.commuter_id is None or self.commuter_id in people.values()


def event_document(id_: str, type_: str, at: str, seq: int, data: Any) -> dict[str, Any]:
    """Return an event as lists and webhooks show it."""
    return {"id": id_, "type": type_, "timestamp": at, "seq": seq, "data": data}


def event_body(id_: str, type_: str, at: str, seq: str, data: str) -> bytes:
    """Return the bytes of an event's document: the same each time, as signatures and receivers expect."""
    return f'{{"id":"{id_}","type":"{type_}","timestamp":"{at}","seq":{seq},"data":{data}}}'.encode()


def place(entry: str) -> tuple[int, int]:
    """Return the numbers of a log entry's id ``ms-n``, which order it."""
    ms, _, n = entry.partition("-")
    return int(ms), int(n)


def log_owner(market: str, partner_id: str) -> str:
    """Return whose log an event of a market goes to: the partner's own, or that of its sandbox."""
    return f"{partner_id}{_OF_SANDBOX}" if is_sandbox(market) else partner_id


def log_of(caller: Caller) -> str:
    """Return whose log a caller's events are in."""
    return log_owner(caller.world, caller.partner_id)


def sandbox_of_log(owner: str) -> str | None:
    """Return the market of the sandbox whose log this is; None for a partner's own log."""
    return sandbox_market(owner.removesuffix(_OF_SANDBOX)) if owner.endswith(_OF_SANDBOX) else None


def log_id(prefix: str, owner: str, entry: str) -> str:
    """Return the id of what `owner` has for a log entry ``ms-n``: sorts like the log, differs between owners."""
    ms, n = place(entry)
    number = ms << 82 | n << 40 | _mark(owner)
    return f"{prefix}_{base32(number)}"


def log_entry(prefix: str, owner: str, id_: str) -> str | None:
    """Return the log entry of such an id, None where it is not one of this owner."""
    given, _, text = id_.partition("_")
    number = from_base32(text) if given == prefix else None
    if number is None or number & ((1 << 40) - 1) != _mark(owner):
        return None
    return f"{number >> 82}-{number >> 40 & ((1 << 42) - 1)}"


def event_id(owner: str, entry: str) -> str:
    """Return ``evt_…`` of an entry of the owner's log."""
    return log_id("evt", owner, entry)


def event_entry(owner: str, id_: str) -> str | None:
    """Return the log entry of an event id of this owner, None where it is not one."""
    return log_entry("evt", owner, id_)


def _mark(owner: str) -> int:
    return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:5], "big")
