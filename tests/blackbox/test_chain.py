"""The whole chain from outside: trips in by HTTP, a batch, signed webhooks out; and every process killed on the way."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import httpx

from tests.blackbox.receiver import Receiver, receiving
from tests.factories import offer_body, request_body, tomorrow
from tests.serving import Service, serving
from tests.waiting import until

ROLES = ("deliverer", "matcher", "api", "store")


def register(partner: httpx.Client, receiver: Receiver) -> None:
    made = partner.post("/v1/webhook-endpoints", json={"url": receiver.url})
    assert made.status_code == 201, made.text
    receiver.secret = made.json()["secret"]


def send(partner: httpx.Client, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Post as a good client does: with an idempotency key, again until there is an answer."""

    def attempt() -> dict[str, Any] | None:
        try:
            answer = partner.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return None
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        return answer.json() if answer.is_success else None

    return until(attempt, f"{path} answered")


def test_a_ride_is_matched_and_its_partner_gets_signed_webhooks(tmp_path: Path) -> None:
    with receiving() as receiver, serving(tmp_path / "data", batch_interval_s=0.5) as service:
        partner, _ = service.partner()
        register(partner, receiver)
        offer = partner.post("/v1/offers", json=tomorrow(offer_body())).json()
        request = partner.post("/v1/requests", json=tomorrow(request_body())).json()
        (proposed,) = until(lambda: receiver.of_type("match.proposed"), "match.proposed")
        match = proposed["data"]
        assert match["offer_id"] == offer["id"]
        assert match["riders"][0]["request_id"] == request["id"]
        for trip in match["awaiting"]:
            assert partner.post(f"/v1/matches/{match['id']}/accept", json={"trip_id": trip}).status_code == 200
        (confirmed,) = until(lambda: receiver.of_type("match.confirmed"), "match.confirmed")
        assert confirmed["data"] == partner.get(f"/v1/matches/{match['id']}").json()
        until(lambda: len(receiver.events) == 4, "four events")
        assert sorted(event["seq"] for event in receiver.events.values()) == [1, 2, 3, 4]
        assert receiver.refused == 0
        log = partner.get("/v1/events").json()["items"]
        assert [event["id"] for event in log] == sorted(receiver.events)
        sandbox_lives_too(service)


def sandbox_lives_too(service: Service) -> None:
    """See that a sandbox key's trips are matched and told of, in a world of their own."""
    (partner,) = service.command("partners", "list")
    sandbox = service.client(service.command("keys", "create", partner["id"], "--test")["key"])
    sandbox.post("/v1/offers", json=tomorrow(offer_body())).raise_for_status()
    sandbox.post("/v1/requests", json=tomorrow(request_body())).raise_for_status()
    (match,) = until(lambda: sandbox.get("/v1/matches").json()["items"], "a match in the sandbox")
    (event,) = until(lambda: sandbox.get("/v1/events").json()["items"], "its event")
    assert event["data"]["id"] == match["id"]


def test_each_process_is_killed_in_turn_and_nothing_is_lost(tmp_path: Path) -> None:
    with receiving() as receiver, serving(tmp_path / "data", batch_interval_s=0.5, hold_s=3600) as service:
        partner, _ = service.partner()
        register(partner, receiver)
        acknowledged: dict[str, dict[str, Any]] = {}
        numbers = itertools.count()
        for role in ROLES:
            for _ in range(4):
                post_pair(partner, acknowledged, next(numbers))
            service.role(role).kill()
            for _ in range(4):
                post_pair(partner, acknowledged, next(numbers))
        until(lambda: not open_trips(partner), "all trips matched", 60)
        for path, trip in acknowledged.items():
            kept = partner.get(path).json()
            assert kept["status"] == "proposed"
            assert kept["commuter_id"] == trip["commuter_id"]
        matches = partner.get("/v1/matches?limit=500").json()["items"]
        held = [t for m in matches for t in (m["offer_id"], *(r["request_id"] for r in m["riders"]))]
        assert sorted(held) == sorted(trip["id"] for trip in acknowledged.values())
        told = {match["id"] for match in matches}
        until(
            lambda: {e["data"]["id"] for e in receiver.of_type("match.proposed")} == told, "every match delivered", 90
        )
        assert receiver.refused == 0


def post_pair(partner: httpx.Client, acknowledged: dict[str, dict[str, Any]], number: int) -> None:
    """Post a driver and a rider who fit only each other: each pair has a corridor of its own."""
    for path, body in (("/v1/offers", offer_body(seats=1)), ("/v1/requests", request_body())):
        shifted = {
            end: {"lat": body[end]["lat"] + number * 0.5, "lon": body[end]["lon"]} for end in ("origin", "destination")
        }
        who = {"commuter_id": f"{path[4:7]}-{number}"}
        trip = send(partner, path, tomorrow(body) | shifted | who, f"{path}-{number}")
        acknowledged[f"{path}/{trip['id']}"] = trip


def open_trips(partner: httpx.Client) -> list[dict[str, Any]]:
    """Return the partner's trips that are open; some while the service is away."""
    try:
        answers = [partner.get(f"/v1/{kind}?status=open") for kind in ("offers", "requests")]
    except httpx.TransportError:
        return [{}]
    return [trip for answer in answers for trip in answer.json().get("items", [{}])]
