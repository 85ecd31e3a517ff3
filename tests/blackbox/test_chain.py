"""The whole chain from outside: trips in by HTTP, a batch, signed webhooks out."""

from __future__ import annotations

from pathlib import Path

from tests.blackbox.receiver import receiving, register
from tests.factories import offer_body, request_body, tomorrow
from tests.serving import Service, serving
from tests.waiting import until


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
