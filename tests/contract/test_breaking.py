"""Clients of the last released document go on working with this one; and what would break them is found."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.breaking import breaking

OPENAPI = Path(__file__).parents[2] / "openapi"
Change = Callable[[dict[str, Any]], object]


def read(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return read(OPENAPI / "openapi.yaml")


def test_nothing_breaks_clients_of_the_last_release(published: dict[str, Any]) -> None:
    *_, last = sorted(
        (OPENAPI / "released").glob("*.yaml"), key=lambda path: [int(part) for part in path.stem.split(".")]
    )
    assert breaking(read(last), published) == []


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    return document["components"]["schemas"][name]


BROKEN: dict[str, tuple[Change, str]] = {
    "path": (lambda d: d["paths"].pop("/v1/markets"), "GET /v1/markets: is gone"),
    "operation": (lambda d: d["paths"]["/v1/offers/{trip_id}"].pop("patch"), "PATCH /v1/offers/{trip_id}: is gone"),
    "answer": (
        lambda d: d["paths"]["/v1/batches/{batch_id}/certificate"]["get"]["responses"].pop("202"),
        "GET /v1/batches/{batch_id}/certificate 202: is not answered any more",
    ),
    "media type": (
        lambda d: d["paths"]["/v1/offers/{trip_id}"]["patch"]["requestBody"]["content"].pop("application/json"),
        "PATCH /v1/offers/{trip_id}: application/json is gone",
    ),
    "parameter": (
        lambda d: d["paths"]["/v1/events"]["get"]["parameters"].clear(),
        "GET /v1/events after: is not taken any more",
    ),
    "required parameter": (
        lambda d: d["paths"]["/v1/offers"]["get"]["parameters"][0].update(required=True),
        "GET /v1/offers limit: is required",
    ),
    "field answered": (
        lambda d: schema(d, "Match")["properties"].pop("saved_m"),
        "GET /v1/matches 200/items/-/saved_m: is gone",
    ),
    "field that may be missing": (
        lambda d: schema(d, "Match")["required"].remove("version"),
        "GET /v1/matches/{match_id} 200/version: may be missing",
    ),
    "field sent": (
        lambda d: schema(d, "OfferDraft")["properties"].pop("vehicle"), "POST /v1/offers/vehicle: is gone"
    ),
    "required field": (
        lambda d: schema(d, "OfferDraft")["required"].append("vehicle"), "POST /v1/offers/vehicle: is required"
    ),
    "value": (
        lambda d: schema(d, "EndpointBody")["properties"]["event_types"]["anyOf"][0]["items"]["enum"].remove("ping"),
        "POST /v1/webhook-endpoints/event_types/-: ping is gone",
    ),
    "tighter bound": (
        lambda d: schema(d, "OfferDraft")["properties"]["seats"].update(maximum=6),
        "POST /v1/offers/seats: maximum is 6, was 8",
    ),
    "type": (
        lambda d: schema(d, "Match")["properties"]["version"].update(type="string"),
        "GET /v1/matches/{match_id} 200/version: is string, was integer",
    ),
    "null that was never there": (
        lambda d: schema(d, "Match")["properties"].update(batch_id={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "GET /v1/matches/{match_id} 200/batch_id: may be null, too",
    ),
    "webhook": (lambda d: d["webhooks"].pop("match.updated"), "webhook match.updated: is gone"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_clients_is_found(published: dict[str, Any], change: Change, told: str) -> None:
    broken = copy.deepcopy(published)
    change(broken)
    assert told in breaking(published, broken)


HARMLESS: dict[str, Change] = {
    "path": lambda d: d["paths"].update({"/v1/new": d["paths"]["/v1/markets"]}),
    "field answered": lambda d: schema(d, "Match")["properties"].update(new={"type": "string"}),
    "field that may be sent": lambda d: schema(d, "OfferDraft")["properties"].update(new={"type": "string"}),
    "wider bound": lambda d: schema(d, "OfferDraft")["properties"]["seats"].update(maximum=9),
    "problem": lambda d: d["paths"]["/v1/markets"]["get"]["responses"].update({"418": {"content": {}}}),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_is_added_breaks_nobody(published: dict[str, Any], change: Change) -> None:
    more = copy.deepcopy(published)
    change(more)
    assert breaking(published, more) == []


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ({"deprecated": True, "x-sunset": "2028-03-01"}, []),
        ({"deprecated": True, "x-sunset": "2028-03-02"}, ["GET /v1/markets: is gone"]),
        ({"deprecated": True}, ["GET /v1/markets: is gone"]),
        ({"x-sunset": "2028-03-01"}, ["GET /v1/markets: is gone"]),
    ],
)
def test_an_operation_goes_only_after_the_day_that_the_release_gave(
    published: dict[str, Any], said: dict[str, Any], gone: list[str]
) -> None:
    released, next_ = copy.deepcopy(published), copy.deepcopy(published)
    released["paths"]["/v1/markets"]["get"] |= said
    next_["paths"].pop("/v1/markets")
    assert breaking(released, next_, today=date(2028, 3, 2)) == gone
