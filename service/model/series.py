"""A series: a trip that recurs. Its occurrences are trips of their own, made a week ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import orjson

from service.clock import rfc3339
from service.model.recurrence import Recurrence, at_local
from service.model.trips import DRAFTS, Draft, Kind

SeriesStatus = Literal["active", "ended", "cancelled"]
AHEAD = timedelta(days=7)  # how long before it leaves an occurrence becomes a trip
_EITHER_MOST = 53  # characters of `either` that leave room for a day behind them
MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Part:
    """What recurs from a local day on, until the next part's; `draft` is its first trip, with its recurrence."""

    first: date
    draft: Draft

    @property
    def recurrence(self) -> Recurrence:
        """Return when it recurs."""
        if self.draft.recurrence is None:
            raise ValueError("a part of a series has a recurrence")
        return self.draft.recurrence

    @property
    def start(self) -> datetime:
        """The local time, naive, of the first trip."""
        return self.draft.earliest_departure.astimezone(self.recurrence.zone()).replace(tzinfo=None)

    def leaves_at(self, day: date) -> datetime:
        """Return the earliest departure of the trip of a day."""
        return at_local(day, self.start.time(), 0, self.recurrence.zone())

    def draft_on(self, day: date) -> Draft:
        """Return the trip of a day: at the first one's local times, its `either` that of the day alone."""
        zone = self.recurrence.zone()
        arrival = self.draft.latest_arrival.astimezone(zone)
        nights = (arrival.date() - self.start.date()).days
        either = self.draft.either and f"{self.draft.either[:_EITHER_MOST]}:{day.isoformat()}"
        return self.draft.model_copy(update={
            "earliest_departure": self.leaves_at(day),
            "latest_arrival": at_local(day, arrival.time().replace(tzinfo=None), nights, zone),
            "recurrence": None, "either": either,
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """A series as it is kept.

    `parts`: what recurs, by the day from which on; `until`: the day from which on nothing does. `made`: by day, the
    trips that were made, "" where the day has no room for one; days before `through` have been looked at. `was`: the
    parts before the last change, while trips made by them are yet to follow it. `version` counts its partner's changes,
    `revision` all writes.
    """

    id: str
    kind: Kind
    partner_id: str
    status: SeriesStatus
    version: int
    revision: int
    created_at: datetime
    parts: tuple[Part, ...]
    until: date | None = None
    through: date = date.min
    made: Mapping[date, str] = field(default_factory=dict)
    was: tuple[Part, ...] = ()

    @property
    def commuter_id(self) -> str:
        """The person."""
        return self.parts[0].draft.commuter_id

    def part_on(self, day: date) -> Part:
        """Return the part that a day belongs to."""
        return part_on(self.parts, day)

    def days(self, first: date, last: date) -> list[date]:
        """Return the days on which the trip recurs, from one to another."""
        found: list[date] = []
        for part, end in self._spans():
            low, high = max(first, part.first), min(last, end)
            if low <= high:
                found += part.recurrence.days(part.start, low, high)
        return found

    def next_day(self, first: date) -> date | None:
        """Return the first day from `first` on which the trip recurs, None where it does no more."""
        for part, end in self._spans():
            if end >= first:
                day = part.recurrence.next_day(part.start, max(first, part.first))
                if day is not None and day <= end:
                    return day
        return None

    def _spans(self) -> list[tuple[Part, date]]:
        """Return each part with its last day."""
        ends = [part.first for part in self.parts[1:]] + [date.max]
        if self.status == "cancelled":
            return []
        until = self.until or date.max
        one = timedelta(days=1)
        return [(part, min(end, until) - one) for part, end in zip(self.parts, ends, strict=True)]

    def document(self, today: date) -> dict[str, Any]:
        """Return the series as its partner reads it; `today`: a local day, from which on it is told of."""
        part = self.part_on(today)
        later = [
            {"from": p.first.isoformat(), **_document(p.draft)} for p in self.parts if p.first > max(today, part.first)
        ]
        return {
            "id": self.id, "kind": self.kind, "status": self.status, "version": self.version, **_document(part.draft),
            "series_id": self.id, "until": self.until and self.until.isoformat(), "later": later,
            "occurrences": [
                {"date": day.isoformat(), "trip_id": trip or None}
                for day, trip in sorted(self.made.items()) if day >= today
            ],
            "created_at": rfc3339(self.created_at),
        }  # fmt: skip

    def record(self) -> str:
        """Return what is kept of it beside its fields, as JSON."""
        return orjson.dumps({
            "parts": _record(self.parts), "was": _record(self.was), "until": self.until, "through": self.through,
            "made": {day.isoformat(): trip for day, trip in self.made.items()},
        }).decode()  # fmt: skip


def part_on(parts: Sequence[Part], day: date) -> Part:
    """Return the part of these that a day belongs to; days before all of them, to the first."""
    return next((part for part in reversed(parts) if part.first <= day), parts[0])


def kept_parts(kind: Kind, kept: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """Return parts as they are kept in a series' record."""
    return tuple(Part(date.fromisoformat(p["first"]), DRAFTS[kind].model_validate_json(p["draft"])) for p in kept)


def _record(parts: Sequence[Part]) -> list[dict[str, str]]:
    return [
        {"first": p.first.isoformat(), "draft": p.draft.model_dump_json(exclude_defaults=True, by_alias=True)}
        for p in parts
    ]  # fmt: skip


def _document(draft: Draft) -> dict[str, Any]:
    body = draft.model_dump(mode="json", by_alias=True)
    times = {name: rfc3339(getattr(draft, name).astimezone(UTC)) for name in ("earliest_departure", "latest_arrival")}
    return body | times
