"""The values that examples are made of."""

from __future__ import annotations

from typing import Any

from service.api import problems
from service.api.problems import Problem

DAY = "2027-03-01"
TIME = f"{DAY}T06:30:00Z"
DIGITS = "01kkw3d8m0qr5v7x9zc2f4h6jn"
IDS = {
    "Offer": "off", "Request": "req", "OfferSeries": "ser", "RequestSeries": "ser", "Match": "mat", "Batch": "bat",
    "Event": "evt", "Endpoint": "whe", "NewEndpoint": "whe", "Delivery": "dlv", "Import": "imp", "BulkPosted": "off",
    "MatchOfLostReturn": "mat", "Key": "key", "NewApiKey": "key", "Partner": "par", "Report": "rep",
    "ReportReceipt": "rep", "Act": "aud",
}  # fmt: skip
# What a field of this name holds, wherever it stands; of other fields, what their schema says first.
NAMED: dict[str, Any] = {
    "offer_id": f"off_{DIGITS}", "request_id": f"req_{DIGITS}", "trip_id": f"off_{DIGITS}",
    "batch_id": f"bat_{DIGITS}", "event_id": f"evt_{DIGITS}", "event_ids": [f"evt_{DIGITS}"],
    "awaiting": [f"off_{DIGITS}", f"req_{DIGITS}"], "series_id": f"ser_{DIGITS}", "match_id": f"mat_{DIGITS}",
    "version": 1, "seq": 1, "left": [], "later": [], "walk_m": 0, "exact": True,
    "commuter_id": "ada", "display_name": "Ada", "about_trip_id": f"req_{DIGITS}",
    "external_id": "morning-17", "metadata": {"desk": "3.14"},
    "secret": "whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "detour_s": 310, "saved_s": 802, "saved_m": 7900, "co2_saved_g": 1185, "delay_s": 300, "latency_ms": 84,
    "event_type": "match.proposed", "type": "match.proposed", "data": {"id": f"mat_{DIGITS}", "status": "proposed"},
    "lines": 100_000, "read": 41_236, "posted": 41_230, "known": 0, "refused": 6, "line": 17, "pointer": "/seats",
    "lat": 52.3731, "lon": 4.8926, "market": "main", "currency": "EUR", "url": "https://acme.example/carpool",
    "timezone": "Europe/Amsterdam", "decide": "at_once",
    "destination/Spot": {"lat": 52.3731, "lon": 4.8926, "label": "the office"},
    "origin/Spot": {"lat": 52.3007, "lon": 4.8638, "label": "home"},
}  # fmt: skip
MOSTLY_NULL = frozenset((
    "match_id", "role", "series_id", "return_of", "either", "invitation", "position", "other_way", "reason", "until",
    "next_cursor", "answer", "picked_up_at", "dropped_off_at", "meeting_point", "pickup_meeting_point",
    "dropoff_meeting_point", "finished_at", "disabled_reason",
    "public_key", "old_secrets_until", "next_attempt_at", "next_since", "detail", "error", "area", "fallback",
    "recurrence",
))  # fmt: skip
WHOLE: dict[str, Any] = {
    "OfferPatch": {"seats": 2}, "RequestPatch": {"max_walk_m": 500}, "EndpointPatch": {"status": "enabled"},
    "Consent": {"purpose": "commuting", "version": "2027-01", "at": TIME, "withdrawn_at": None},
    "RedeliverBody": {"since": TIME}, "AnswerBody": {"trip_id": f"off_{DIGITS}"},
    "PartnerBody": {"name": "Acme", "origins": ["https://app.example.org"]}, "PartnerPatch": {"shares_with": "all"},
}  # fmt: skip
SAID: dict[Problem, str] = {
    problems.MALFORMED: "the body did not come in whole",
    problems.UNAUTHENTICATED: "send an API key as Authorization: Bearer cpk_…",
    problems.FORBIDDEN: "this needs the scope trips:write",
    problems.NOT_FOUND: f"there is no trip off_{DIGITS}",
    problems.WRONG_STATE: f"off_{DIGITS} is under_way: cancel is not possible",
    problems.BUSY: f"off_{DIGITS} is being changed by others just now; send this again",
    problems.EVENTS_DROPPED: f"evt_{DIGITS} is older than what is kept",
    problems.STALE_VERSION: f"off_{DIGITS} has moved on to version 3; get it again",
    problems.TOO_LARGE: "a body may have 1048576 bytes",
    problems.MEDIA: "send the body as Content-Type: application/json",
    problems.INVALID: "/seats input should be less than or equal to 8",
    problems.ERASED: "what this Idempotency-Key made was erased with its commuter; use a new key for a new trip",
    problems.TOO_SLOW: "the body had not come after 20 s",
    problems.RATE_LIMITED: "this key may make 2000 calls a second: wait 1 s",
    problems.TOO_MANY_STREAMS: "this process has 1000 streams of yours: one tells of everything",
    problems.TOO_MANY_IMPORTS: "4 imports of yours are not finished yet: wait until one is, or put more into one",
    problems.UNAVAILABLE: "the store did not answer in time; send this again",
}
OF_STATUS = {problem.status: problem for problem in reversed(SAID)}  # the first of each status
