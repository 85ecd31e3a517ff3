"""What a service has acknowledged, and what of it is not there."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import httpx

from loadtests.pages import everything

# What is written in the record of a match for each answer that was acknowledged, and the event that tells of it.
EVENT_OF = {"accepted": "match.accepted", "declined": "match.declined"}
# What tells those who were invited to an agreed car that they do not ride in it, also who had accepted.
ENDS_OF_INVITATIONS = {"match.cancelled", "match.declined", "match.expired"}


@dataclass(slots=True)
class Acknowledged:
    """Grows while a load runs; many threads write into it."""

    trips: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """First answers by the trips' paths; None where an answer told the id alone."""
    cancelled: set[str] = field(default_factory=set)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    """What was answered, by match and trip."""
    events: dict[str, str | None] = field(default_factory=dict)
    """Digests of the events that were read, by their ids; None where a commuter read their own part alone."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0

    def trip(self, path: str, document: dict[str, Any] | None) -> None:
        """Note a trip."""
        with self.lock:
            self.trips[path] = document
            self.count += 1

    def cancel(self, path: str) -> None:
        """Note a trip's cancellation."""
        with self.lock:
            self.cancelled.add(path)
            self.count += 1

    def answer(self, match_id: str, trip_id: str, given: str) -> None:
        """Note an answer to a proposal."""
        with self.lock:
            self.answers[match_id, trip_id] = given
            self.count += 1

    def event(self, document: Mapping[str, Any]) -> None:
        """Note an event as it was read."""
        with self.lock:
            self.events[document["id"]] = digest_of(document)


class Logged(NamedTuple):
    """What is held of an event in the log."""

    type: str
    at: datetime
    subject: str | None
    seq: int
    digest: str
    riders: tuple[str, ...]


def digest_of(document: Mapping[str, Any]) -> str:
    """Return what differs where a document does."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def read_all(
    partner: httpx.Client,
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]], dict[str, Logged]]:
    """Return what a partner has by now: trips by their paths, matches, and what is held of each event, by their ids."""
    trips = {f"/v1/{kind}/{trip['id']}": trip for kind in ("offers", "requests") for trip in everything(partner, kind)}
    matches = {match["id"]: match for match in everything(partner, "matches")}
    return trips, matches, {event["id"]: _logged(event) for event in everything(partner, "events")}


def _logged(event: dict[str, Any]) -> Logged:
    data = event["data"]
    riders = data["riders"] if event["type"] in ENDS_OF_INVITATIONS else ()
    return Logged(
        event["type"],
        datetime.fromisoformat(event["timestamp"]),
        data.get("id"),
        event["seq"],
        digest_of(event),
        tuple(rider["request_id"] for rider in riders),
    )


def missing(partner: httpx.Client, told: Acknowledged) -> list[str]:
    """Return a sentence for each acknowledged thing that is not there, of a service that has this partner alone.

    Nothing may be under way meanwhile.
    """
    trips, matches, log = read_all(partner)
    return missing_of(told, trips, matches, log) + skipped([log.values()])


def missing_of(
    told: Acknowledged, trips: Mapping[str, Any], matches: Mapping[str, Any], log: Mapping[str, Logged]
) -> list[str]:
    """Return a sentence for each acknowledged thing that is not among what was read."""
    return [
        *_trips(told, trips), *_answers(told, matches, log), *_events(told, log),
        *_twice(trips), *_out_of_order(log.values()),
    ]  # fmt: skip


def _trips(told: Acknowledged, trips: Mapping[str, Any]) -> list[str]:
    moving = ("status", "version", "match_id", "role")
    found = [f"{path} is gone" for path in told.trips if path not in trips]
    for path, first in told.trips.items():
        if first is not None and path in trips and {**trips[path], **{name: first[name] for name in moving}} != first:
            found.append(f"{path} is not what was acknowledged")
    return found + [
        f"{path} is not cancelled any more"
        for path in told.cancelled if trips.get(path, {}).get("status") != "cancelled"
    ]  # fmt: skip


def _answers(told: Acknowledged, matches: Mapping[str, Any], log: Mapping[str, Logged]) -> list[str]:
    found = []
    invited_in_vain = {
        (event.subject, request_id) for event in log.values() for request_id in event.riders
    }  # fmt: skip
    for (match_id, trip_id), given in told.answers.items():
        match = matches.get(match_id)
        in_vain = (match_id, trip_id) in invited_in_vain
        if match is None:
            if not in_vain:  # a partner whose invited riders do not join does not see the car any more
                found.append(f"{match_id} is gone")
            continue
        invited = (match["invitation"] or {}).get("riders", ())
        answers = {rider["request_id"]: rider["answer"] for rider in (*invited, *match["riders"])}
        answers[match["offer_id"]] = match["driver"]["answer"]
        left = {leaver["trip_id"] for leaver in match["left"]}
        if trip_id not in answers and in_vain:
            continue
        if trip_id not in left and answers.get(trip_id) != given:
            found.append(f"{match_id} lacks that {trip_id} has {given}")
    return found


def _events(told: Acknowledged, log: Mapping[str, Logged]) -> list[str]:
    found = [
        f"{id_} is not in the log any more"
        for id_, digest in told.events.items() if id_ not in log or digest not in (None, log[id_].digest)
    ]  # fmt: skip
    kinds = {(event.type, event.subject) for event in log.values()}
    wanted = [("trip.cancelled", path.rsplit("/", 1)[1]) for path in told.cancelled]
    wanted += [(EVENT_OF[given], match_id) for (match_id, _), given in told.answers.items()]
    return found + [f"no {type_} of {id_}" for type_, id_ in wanted if (type_, id_) not in kinds]


def _twice(trips: Mapping[str, Any]) -> list[str]:
    """Every trip of a load has an external id of its own: a POST that was sent again made two where one comes twice."""
    times = Counter(trip["external_id"] for trip in trips.values() if trip["external_id"])
    return [f"{external} was made {n} times" for external, n in times.items() if n > 1]


def _out_of_order(log: Iterable[Logged]) -> list[str]:
    """Tell of what comes twice or late in one log, which may have gaps: some events are for other partners alone."""
    found = []
    for subject, seqs in _seqs(log).items():
        if any(after <= before for before, after in pairwise(seqs)):
            found.append(f"{subject} has events {seqs}")
    return found


def skipped(logs: Iterable[Iterable[Logged]]) -> list[str]:
    """Return a sentence for each event of a match that nobody has, of all the logs that its events may be in."""
    together: dict[str, set[int]] = defaultdict(set)
    for log in logs:
        for subject, seqs in _seqs(log).items():
            together[subject].update(seqs)
    return [
        f"{subject} has no event {seq}"
        for subject, seqs in together.items() if subject.startswith("mat_")
        for seq in sorted(set(range(1, max(seqs))) - seqs)
    ]  # fmt: skip


def _seqs(log: Iterable[Logged]) -> dict[str, list[int]]:
    """Return the numbers of each subject's events in the order of the log."""
    of: dict[str, list[int]] = defaultdict(list)
    for event in log:
        if event.subject is not None and event.type != "ping":
            of[event.subject].append(event.seq)
    return of
