"""Sample events for a sandbox: what an event of each type looks like, before a ride has made one.

Each has the form of a real one and says that it is a sample: a match as its `reason`, a trip in its `metadata`, a
report as its `text`, an endpoint as its `description`. What they are about does not exist.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from service.clock import rfc3339
from service.ids import new_id
from service.model.events import EventType, event_document, event_id, log_of
from service.model.partners import Caller
from service.model.trips import OfferDraft
from service.store import logs
from service.usecases.context import Context
from service.usecases.webhooks import MakeOnce
from service.usecases.worlds import only_sandbox

SAMPLE = "sample"
_HOME, _STOP, _WORK = (52.3007, 4.8638), (52.3101, 4.8702), (52.3731, 4.8926)
STATUS_OF_MATCH = {
    "match.proposed": "proposed", "match.accepted": "proposed", "match.confirmed": "confirmed",
    "match.updated": "confirmed", "match.declined": "declined", "match.expired": "expired",
    "match.cancelled": "cancelled", "match.started": "under_way", "match.completed": "completed",
    "match.return_at_risk": "cancelled",
}  # fmt: skip


async def send_sample(
    context: Context, caller: Caller, type_: EventType, once: MakeOnce
) -> tuple[dict[str, Any], bool]:
    """Put a sample event into a sandbox's log, and owe it to its endpoints; returns it and whether it is a repeat's.

    Raises Forbidden for a live key, KeyReused.
    """
    only_sandbox(caller)
    owner = log_of(caller)
    now = context.clock.now()
    data = sample_of(type_, now)
    event = {
        "type": type_, "at": rfc3339(now), "seq": "1", "subject": data["id"], "market": "",
        "data": orjson.dumps(data).decode(),
    }  # fmt: skip
    kept = once(orjson.dumps([event["at"], data]))
    entry, first = await logs.tell(context.store, owner, event, now, kept)
    at, shown = orjson.loads(first) if first is not None else (event["at"], data)
    return event_document(event_id(owner, entry), type_, at, 1, shown), first is not None


def sample_of(type_: EventType, now: datetime) -> dict[str, Any]:
    """Return what a sample event of a type is about."""
    if type_ in STATUS_OF_MATCH:
        match = _match(STATUS_OF_MATCH[type_], now)
        if type_ == "match.return_at_risk":
            fallback = {"label": SAMPLE, "phone": None, "url": None}
            match["at_risk"] = {"request_id": match["riders"][0]["request_id"], "fallback": fallback}
        return match
    if type_.startswith("trip."):
        return _trip(type_.partition(".")[2], now)
    if type_ == "commuter.reported":
        return _report(now)
    return _endpoint(now)


def _report(now: datetime) -> dict[str, Any]:
    return {
        "id": new_id("report"), "commuter_id": SAMPLE, "match_id": new_id("match"), "about_trip_id": new_id("offer"),
        "kind": "other", "text": SAMPLE, "created_at": rfc3339(now),
    }  # fmt: skip


def _match(status: str, now: datetime) -> dict[str, Any]:
    offer, request = new_id("offer"), new_id("request")
    leaves = now + timedelta(hours=12)
    places = (("depart", None, _HOME, 0), ("pickup", request, _STOP, 7), ("dropoff", request, _WORK, 24),
              ("arrive", None, _WORK, 25))  # fmt: skip
    stops = [
        {
            "kind": kind, "request_id": of, "at": rfc3339(leaves + timedelta(minutes=minutes)), "lat": lat, "lon": lon,
            "walk_m": 0, "meeting_point": None, "exact": True,
        } for kind, of, (lat, lon), minutes in places
    ]  # fmt: skip
    ends = [{name: stop[name] for name in ("lat", "lon", "at", "walk_m", "meeting_point")} for stop in stops[1:3]]
    answer = None if status == "proposed" else "accepted"
    rider = {
        "request_id": request, "display_name": None, "pickup": ends[0], "dropoff": ends[1], "answer": answer,
        "cost_share": {"amount": "0.98", "currency": "EUR"}, "picked_up_at": None, "dropped_off_at": None,
        "other_way": None,
    }  # fmt: skip
    return {
        "id": new_id("match"), "status": status, "version": 1, "offer_id": offer, "riders": [rider],
        "driver": {"answer": answer, "display_name": None}, "stops": stops,
        "detour_s": 180, "saved_s": 840, "saved_m": 7900, "co2_saved_g": 1185,
        "awaiting": [offer, request] if status == "proposed" else [],
        "expires_at": rfc3339(now + timedelta(minutes=10)), "invitation": None, "reason": SAMPLE, "left": [],
        "position": None, "batch_id": new_id("batch"), "created_at": rfc3339(now),
    }  # fmt: skip


def _trip(status: str, now: datetime) -> dict[str, Any]:
    leaves = now + timedelta(hours=12)
    draft = OfferDraft.model_validate({
        "commuter_id": SAMPLE, "origin": dict(zip(("lat", "lon"), _HOME, strict=True)),
        "destination": dict(zip(("lat", "lon"), _WORK, strict=True)), "seats": 3, "metadata": {SAMPLE: "true"},
        "earliest_departure": rfc3339(leaves), "latest_arrival": rfc3339(leaves + timedelta(hours=1)),
    })  # fmt: skip
    return {
        "id": new_id("offer"), "status": status, "version": 2, **draft.model_dump(mode="json"), "match_id": None,
        "series_id": None, "decide_at": rfc3339(now), "created_at": rfc3339(now),
    }  # fmt: skip


def _endpoint(now: datetime) -> dict[str, Any]:
    return {
        "id": new_id("endpoint"), "url": "https://sample.example/", "event_types": None, "communities": None,
        "description": SAMPLE,
        "status": "disabled", "disabled_reason": "failing", "public_key": None, "old_secrets_until": None,
        "created_at": rfc3339(now), "version": 2,
    }  # fmt: skip
