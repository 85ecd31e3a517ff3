"""What only looks like a fault: rules of what is sent that a schema can not say, and what was rightly taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case

from service.model.trips import DRAFTS

# A refusal for one of these is no breach of the document.
UNSAID = [
    re.compile(words)
    for words in (
        # What the clock says.
        r"^is over|^is ahead of now|^is before \S+, the time of this sandbox|post trips that are still ahead",
        r"is more than \d+ days (after|ahead)|leads to a time that has passed|has no day that is still ahead",
        # What two fields say of each other, or a way of its time.
        r"is the commuter who blocks|are a partner's own: leave them out, or `of`|is no parameter of a (rider|driver)",
        r"^the window of -?\d+ s is shorter than the drive",
        r"must have (either event_ids or since|until after since)",
        # What an id or a name is of, or who.
        r"is not (the id of one of your events|one of your trips in this match|another person's trip in this match)",
        r"is not (a match that this commuter is or was in|one of your (series of )?requests by the same commuter)",
        r"is not the id of an event that is kept for you",
        r"is no market: GET|is in (the market|no market's area)|is a rider's: the driver|is neither (your|a) rider",
        r"the driver is not one of your people",
        # What a thing was before.
        r"can not be (changed|taken away|made disabled)|would make more than \d+ changes",
        # Forms that are told in words: of a rule of RFC 5545, a time zone, a URL, a name that people can read.
        r"is no IANA time zone|has to be (parts|of the form) |is no day of the calendar|printable characters",
        r"^is not a URL|^has to start with https?://|^names no host|^has (a fragment|a port|spaces)",
        r"^carries credentials",
        # A form and a range of the same: what draws examples can not draw what keeps to a format and to a pattern.
        r"must be in this century or the next",
    )
]


def is_good_after_all(failure: Failure, case: Case, response: Response) -> bool:
    """Say whether what was meant to be wrong was rightly taken."""
    path = case.operation.path
    if path.endswith(":batch"):  # each is judged by itself
        return any(item["status"] >= 400 for item in response.json()["items"])
    if path == "/v1/imports":  # so is each line, later
        return True
    # A body that may be left out, and was: schemathesis says itself that nothing is wrong.
    return "Invalid component: positive test case" in failure.message


def is_unsaid(case: Case, response: Response, kinds: Mapping[str, str]) -> bool:
    """Say whether a refusal is all for rules that a schema can not say; `kinds`: by series, of which trips it is."""
    problem = response.json()
    if problem["type"].endswith(("/idempotency-key-reused", "/stale-version", "/events-dropped", "/erased")):
        return True
    faults = problem.get("errors", [])
    return bool(faults) and all(_is_of_unsaid(fault) or _is_of_patched(fault, case, kinds) for fault in faults)


def _is_of_unsaid(fault: dict[str, str]) -> bool:
    # Where schemathesis goes through the least values it draws "0" for this header, whatever its pattern is.
    return fault["pointer"] == "last-event-id" or any(rule.search(fault["detail"]) for rule in UNSAID)


def _is_of_patched(fault: dict[str, str], case: Case, kinds: Mapping[str, str]) -> bool:
    """Say whether a fault is of a patch by what is patched: that has the rest of 20 names, or is of the other kind."""
    if case.method == "PATCH" and fault["pointer"] == "/metadata":
        return fault["detail"].startswith("dictionary should have at most 20 items")
    if case.operation.label != "PATCH /v1/series/{series_id}":
        return False
    known = kinds.get((case.path_parameters or {})["series_id"])  # None: it was made since
    return any(_is_of_other(fault, case.body, kind) for kind in DRAFTS if known in (kind, None))


def _is_of_other(fault: dict[str, str], body: Any, kind: str) -> bool:
    """Say whether a fault is that a patch, whose schema is of either kind, is not of a series of this one."""
    name = fault["pointer"].removeprefix("/")
    if name == "seats":  # an offer has to have some; a request may have fewer
        seats = body.get(name, 1)
        return seats is None if kind == "offer" else (seats or 1) > 4
    fields = {each: draft.model_fields.keys() for each, draft in DRAFTS.items()}
    other = "request" if kind == "offer" else "offer"
    return name in fields[other] - fields[kind] and fault["detail"] == "is no field that can be changed"


def stays_when_over(response: Response) -> bool:
    """Say whether what was deleted is one of the things that can be read after they were cancelled or revoked."""
    url = response.request.url or ""
    if response.status_code == 304:  # as it was known when it was cancelled
        return any(f"/v1/{kind}/" in url for kind in ("offers", "requests", "series"))
    left = response.json()
    if "/v1/commuters/" in url:  # nobody has to be known for what is kept of them to be nothing
        return left.get("profile", left.get("items")) == []
    if left.get("until") is not None:
        return True  # a series that ends on a day to come
    return left.get("status") in ("cancelled", "expired", "ended") or left.get("revoked_at") is not None
