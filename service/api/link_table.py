"""Where answers lead: from what was made to what can be done with it, and along the life of a ride."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_BODY = "$response.body#/"


@dataclass(frozen=True, slots=True)
class Lead:
    """A way to an operation: its parameters, and of its body what is known. `of_one`: from one whole resource."""

    to: str
    parameters: Mapping[str, str]
    body: Mapping[str, Any] | None = None
    of_one: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """A kind of resource: which operations answer one or list them, and which take its id, under what name.

    `bodies`: by operation, what it is sent; `others`: by operation, its parameters beside the id.
    """

    id_name: str
    answered_by: tuple[str, ...]
    listed_by: str
    leads_to: tuple[str, ...]
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def leads(self) -> Iterator[Lead]:
        """Yield where one leads."""
        for to in self.leads_to:
            parameters = {self.id_name: f"{_BODY}id", **self.others.get(to, {})}
            yield Lead(to, parameters, self.bodies.get(to), of_one=True)

    def leads_of_first(self) -> Iterator[Lead]:
        """Yield where a list leads: to the first in it."""
        others = {name: _of_first(value) for name, value in self.others.get(self.leads_to[0], {}).items()}
        yield Lead(self.leads_to[0], {self.id_name: f"{_BODY}items/0/id", **others})


def _of_first(expression: str) -> str:
    return expression.replace(_BODY, f"{_BODY}items/0/")


_DRIVER, _RIDER = {"trip_id": f"{_BODY}offer_id"}, {"trip_id": f"{_BODY}riders/0/request_id"}
_AWAITED = {"trip_id": f"{_BODY}awaiting/0"}
_SENT = {
    "accept": _AWAITED, "decline": _AWAITED, "cancel": _RIDER, "start": _DRIVER, "pickup": _RIDER, "dropoff": _RIDER,
    "complete": _DRIVER, "delay": _DRIVER, "share": _RIDER,
}  # fmt: skip
_NEXT_OF_RIDE = {
    "accept": ("get", "accept", "decline", "cancel", "start", "share"),
    "decline": ("get",),
    "cancel": ("get",),
    "start": ("pickup", "position", "delay", "cancel", "complete"),
    "pickup": ("dropoff", "position", "delay"),
    "position": ("pickup", "dropoff", "complete"),
    "delay": ("get", "accept", "decline", "start"),
    "dropoff": ("complete",),
    "complete": ("get",),
}
_RIDE = ("accept", "decline", "cancel", "start", "pickup", "dropoff", "complete", "delay", "position", "share")
THINGS = (
    *(
        Thing(
            "trip_id", (f"post_{kind}", f"get_{kind}", f"amend_{kind}"), f"list_{kind}s",
            (f"get_{kind}", f"amend_{kind}", f"cancel_{kind}", f"explain_{kind}"),
        )
        for kind in ("offer", "request")
    ),
    Thing("series_id", ("get_series", "amend_series"), "list_series", ("get_series", "amend_series", "cancel_series")),
    Thing(
        "match_id", ("get_match",), "list_matches", ("get_match", *(f"{step}_match" for step in _RIDE)),
        {f"{step}_match": body for step, body in _SENT.items()},
    ),
    Thing("import_id", ("post_import", "get_import"), "list_imports", ("get_import", "list_import_errors")),
    Thing(
        "endpoint_id", ("create_webhook_endpoint", "get_webhook_endpoint", "change_webhook_endpoint"),
        "list_webhook_endpoints",
        (
            "get_webhook_endpoint", "change_webhook_endpoint", "delete_webhook_endpoint", "rotate_webhook_secret",
            "ping_webhook_endpoint", "redeliver", "list_deliveries",
        ),
    ),
    Thing("batch_id", ("request_batch", "get_batch"), "list_batches", ("get_batch", "get_certificate")),
    Thing(
        "partner_id", ("create_partner", "get_partner", "amend_partner"), "list_partners",
        ("get_partner", "amend_partner", "create_key", "list_keys"),
    ),
    Thing(
        "key_id", ("create_key", "get_key", "rotate_key"), "list_keys", ("get_key", "rotate_key", "revoke_key"),
        others={key: {"partner_id": f"{_BODY}partner_id"} for key in ("get_key", "rotate_key", "revoke_key")},
    ),
)  # fmt: skip
_OF_TRIP = (
    Lead("get_match", {"match_id": f"{_BODY}match_id"}), Lead("get_series", {"series_id": f"{_BODY}series_id"}),
    Lead("get_commuter", {"commuter_id": f"{_BODY}commuter_id"}),
    Lead("list_matches", {"commuter": f"{_BODY}commuter_id"}),
)  # fmt: skip
_OF_SHARE = {"match_id": "$request.path.match_id", "trip_id": "$request.body#/trip_id"}
_OF_ENDPOINT = {"endpoint_id": "$request.path.endpoint_id"}
_OF_BLOCK = {"commuter_id": "$request.path.commuter_id", "other_id": "$request.path.other_id"}
LEADS: Mapping[str, tuple[Lead, ...]] = {
    "post_offer": (_OF_TRIP[3],), "get_offer": _OF_TRIP, "post_request": (_OF_TRIP[3],), "get_request": _OF_TRIP,
    "post_offers": (Lead("get_offer", {"trip_id": f"{_BODY}items/0/id"}),),
    "post_requests": (Lead("get_request", {"trip_id": f"{_BODY}items/0/id"}),),
    "get_series": (
        Lead("list_offers", {"series": f"{_BODY}id"}), Lead("list_requests", {"series": f"{_BODY}id"}),
    ),
    "get_match": (
        Lead("get_offer", {"trip_id": f"{_BODY}offer_id"}),
        Lead("get_request", {"trip_id": f"{_BODY}riders/0/request_id"}),
        Lead("get_batch", {"batch_id": f"{_BODY}batch_id"}),
    ),
    **{
        f"{step}_match": tuple(
            Lead(f"{to}_match", {"match_id": f"{_BODY}id"}, _SENT.get(to), of_one=True) for to in following
        )
        for step, following in _NEXT_OF_RIDE.items()
    },
    "share_match": (Lead("unshare_match", _OF_SHARE),),
    "list_deliveries": (
        Lead("redeliver", _OF_ENDPOINT, {"event_ids": [f"{_BODY}items/0/event_id"]}),
    ),
    "ping_webhook_endpoint": (Lead("list_deliveries", _OF_ENDPOINT),),
    "redeliver": (Lead("list_deliveries", _OF_ENDPOINT),),
    "list_events": (Lead("stream_events", {"after": f"{_BODY}next_cursor"}),),
    "block_commuter": (Lead("unblock_commuter", _OF_BLOCK),),
    "list_blocks": (
        Lead("unblock_commuter", {"commuter_id": "$request.path.commuter_id", "other_id": f"{_BODY}items/0/id"}),
    ),
    "list_markets": (
        Lead("list_meeting_points", {"name": f"{_BODY}items/0/name"}),
        Lead("get_statistics", {"market": f"{_BODY}items/0/name"}),
        Lead("request_batch", {}, {"market": f"{_BODY}items/0/name"}),
    ),
    "amend_partner": (Lead("list_acts", {"partner": f"{_BODY}id"}),),
}  # fmt: skip
# What leads from a commuter to the rest of what is kept of the same commuter.
ENTRIES: Mapping[str, tuple[str, ...]] = {
    "put_commuter": ("get_commuter", "export_commuter", "make_token", "list_blocks", "report_commuter"),
    "get_commuter": ("put_commuter", "export_commuter", "erase_commuter", "make_token"),
    "make_token": ("end_tokens",),
    "block_commuter": ("list_blocks",),
    "report_commuter": ("list_blocks",),
}
