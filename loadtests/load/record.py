"""What a run notes while it goes: every call, how many users there were, and what was acknowledged. Lines in files.

Each process of Locust writes files of its own, which are read together.
"""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from loadtests.acknowledged import Acknowledged, digest_of

Outcome = Literal["ok", "refused", "failed"]
"""Refused: 429 or 503 that says when to come again."""


class Call(NamedTuple):
    """A call's end (epoch seconds), name, milliseconds and outcome."""

    at_s: float
    name: str
    took_ms: float
    outcome: str


class Headcount(NamedTuple):
    """How many users there were at a moment (epoch seconds)."""

    at_s: float
    users: int


class Recorder:
    """Writes lines; with no directory it forgets them."""

    def __init__(self, directory: Path | None) -> None:
        self._calls = _opened(directory, "calls", "csv")
        self._users = _opened(directory, "users", "csv")
        self._told = _opened(directory, "told", "jsonl")
        self._events: set[str] = set()
        self.called = 0

    def call(self, call: Call) -> None:
        """Note a call."""
        self.called += 1
        if self._calls is not None:
            csv.writer(self._calls).writerow((f"{call.at_s:.3f}", call.name, f"{call.took_ms:.2f}", call.outcome))

    def users(self, headcount: Headcount) -> None:
        """Note how many users there are."""
        if self._users is not None:
            csv.writer(self._users).writerow((f"{headcount.at_s:.3f}", headcount.users))

    def trip(self, partner: int, path: str, document: Mapping[str, Any] | None) -> None:
        """Note a trip that was acknowledged to a partner, by its number; None: its id alone was told."""
        self._tell(partner, {"trip": path, "document": document})

    def cancel(self, partner: int, path: str) -> None:
        """Note a trip whose cancellation was acknowledged."""
        self._tell(partner, {"cancel": path})

    def answer(self, partner: int, match_id: str, trip_id: str, given: str) -> None:
        """Note an answer to a proposal that was acknowledged."""
        self._tell(partner, {"match": match_id, "of": trip_id, "given": given})

    def event(self, partner: int, document: Mapping[str, Any], *, whole: bool = True) -> None:
        """Note an event that was read, once; where not `whole`, by somebody who sees their own part of it alone."""
        if document["id"] not in self._events:
            self._events.add(document["id"])
            self._tell(partner, {"event": document["id"], "digest": digest_of(document) if whole else None})

    def close(self) -> None:
        """Have everything written."""
        for file in (self._calls, self._users, self._told):
            if file is not None:
                file.close()

    def _tell(self, partner: int, line: Mapping[str, Any]) -> None:
        if self._told is not None:
            self._told.write(json.dumps({"partner": partner, **line}) + "\n")


def _opened(directory: Path | None, name: str, kind: str) -> IO[str] | None:
    if directory is None:
        return None
    return (directory / f"{name}-{os.getpid()}.{kind}").open("w", encoding="utf-8", newline="")


@dataclass(frozen=True, slots=True)
class Record:
    """The files of a run."""

    directory: Path

    def calls(self) -> Iterator[Call]:
        """Yield every call."""
        for at_s, name, took_ms, outcome in self._rows("calls"):
            yield Call(float(at_s), name, float(took_ms), outcome)

    def users(self) -> Iterator[Headcount]:
        """Yield the headcounts."""
        for at_s, users in self._rows("users"):
            yield Headcount(float(at_s), int(users))

    def acknowledged(self) -> dict[int, Acknowledged]:
        """Return what was acknowledged to each partner."""
        told: dict[int, Acknowledged] = defaultdict(Acknowledged)
        for file in sorted(self.directory.glob("told-*.jsonl")):
            with file.open(encoding="utf-8") as lines:
                for line in lines:
                    document = json.loads(line)
                    _note(told[document["partner"]], document)
        return told

    def _rows(self, name: str) -> Iterator[list[str]]:
        for file in sorted(self.directory.glob(f"{name}-*.csv")):
            with file.open(encoding="utf-8", newline="") as lines:
                yield from csv.reader(lines)


def _note(told: Acknowledged, line: Mapping[str, Any]) -> None:
    if "trip" in line:
        told.trip(line["trip"], line["document"])
    elif "cancel" in line:
        told.cancel(line["cancel"])
    elif "match" in line:
        told.answer(line["match"], line["of"], line["given"])
    else:
        told.events[line["event"]] = line["digest"]
