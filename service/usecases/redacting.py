"""What is left of events and matches when a person is erased: ids, states, times and figures.

A trip's event keeps which trip it was and what became of it. Of a match's, the person's stops go, and with them a
rider's part; who else was in the car reads their own as before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import orjson

from service.model.blocks import Person
from service.model.events import NewEvent
from service.model.matches import Call, Invitation, MatchRecord, Party

WITHHELD = "withheld"  # in place of a reason that somebody wrote
_OF_TRIP = ("id", "status", "version")
_OWN_REASONS = frozenset((
    None, "trip_cancelled", "no_show", "declined", "car_changed", "rider_joined", "return_fell_through", WITHHELD,
))  # fmt: skip


def redacted_event(event: NewEvent, trip_ids: Collection[str]) -> NewEvent:
    """Return an event without what it tells of the person whose trips these are."""
    return replace(event, data=redacted(event.type, event.data, trip_ids)) if trip_ids else event


def redacted(type_: str, data: str, trip_ids: Collection[str]) -> str:
    """Return the JSON of an event's data without what it tells of the person whose trips these are."""
    document = orjson.loads(data)
    if type_.startswith("match."):
        kept = without_trips(document, trip_ids.__contains__)
    elif type_.startswith("trip."):
        kept = {name: document[name] for name in _OF_TRIP if name in document}
    else:
        kept = {"id": document.get("id")}
    return orjson.dumps(kept).decode()


def without_trips(document: dict[str, Any], hides: Callable[[str], bool]) -> dict[str, Any]:
    """Return a match as a document, or an invitation in one, without the stops and parts of some trips."""
    driver = str(document.get("offer_id"))
    kept = {
        **document,
        "riders": [rider for rider in document["riders"] if not hides(rider["request_id"])],
        "stops": [stop for stop in document["stops"] if not hides(stop["request_id"] or driver)],
    }  # fmt: skip
    if "driver" in document and hides(driver):
        kept["driver"] = {**document["driver"], "display_name": None}
    if document.get("invitation"):
        kept["invitation"] = without_trips({**document["invitation"], "offer_id": driver}, hides)
        del kept["invitation"]["offer_id"]
    if "reason" in document:
        kept["reason"] = reason_kept(document["reason"])
        kept["left"] = [{**left, "reason": reason_kept(left["reason"])} for left in document["left"]]
    return kept


def reason_kept(reason: str | None) -> str | None:
    """Return a reason if it is a word of the service's own: what people write may name anybody."""
    return reason if reason in _OWN_REASONS else WITHHELD


def redacted_match(match: MatchRecord, person: Person) -> MatchRecord:
    """Return a match with figures only of a person."""
    own = match.trips_of(person)
    if not own:
        return match

    def blank(party: Any) -> Any:
        return replace(party, commuter_id="") if party.trip_id in own else party

    def stops(calls: tuple[Call, ...]) -> tuple[Call, ...]:
        def concerns(call: Call) -> bool:
            return (call.request_id or match.driver.trip_id) in own

        return tuple(replace(c, lat=0.0, lon=0.0, walk_m=0, meeting_point=None) if concerns(c) else c for c in calls)

    asked: Invitation | None = match.invitation and replace(
        match.invitation, riders=tuple(map(blank, match.invitation.riders)), stops=stops(match.invitation.stops)
    )
    riders: tuple[Party, ...] = tuple(map(blank, match.riders))
    return replace(
        match, driver=blank(match.driver), riders=riders, stops=stops(match.stops), invitation=asked,
        reason=reason_kept(match.reason), position=None,
        names={trip_id: name for trip_id, name in match.names.items() if trip_id not in own},
        left=tuple(replace(blank(leaver), reason=str(reason_kept(leaver.reason))) for leaver in match.left),
    )  # fmt: skip
