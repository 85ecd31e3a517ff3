"""The day comes nearer beside a running service: a market decides later, and an agreed car takes one more rider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.factories import offer_body, request_body, tomorrow
from tests.service.api.rides import back
from tests.serving import serving, until


def test_a_rider_joins_an_agreed_car_and_a_market_that_decides_later_waits(tmp_path: Path) -> None:
    leaves = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=20)
    times = {
        "earliest_departure": leaves.isoformat(), "latest_arrival": (leaves + timedelta(minutes=75)).isoformat()
    }  # fmt: skip
    with serving(tmp_path / "data", batch_interval_s=0.5) as service:
        partner, _ = service.partner()

        def post(kind: str, body: dict[str, Any], **changes: Any) -> dict[str, Any]:
            answer = partner.post(f"/v1/{kind}", json={**body, **times, **changes})
            assert answer.status_code == 201, answer.text
            return answer.json()

        def accept(trip: dict[str, Any], kind: str) -> httpx.Response:
            match_id = until(lambda: partner.get(f"/v1/{kind}/{trip['id']}").json()["match_id"], "it is proposed")
            return partner.post(f"/v1/matches/{match_id}/accept", json={"trip_id": trip["id"]})

        offer, ann = post("offers", offer_body()), post("requests", request_body(commuter_id="ann"))
        accept(offer, "offers")
        agreed = accept(ann, "requests").json()
        assert agreed["status"] == "confirmed"
        bob = post("requests", request_body(commuter_id="bob"))
        joined = accept(bob, "requests").json()
        assert (joined["id"], joined["status"], joined["reason"]) == (agreed["id"], "confirmed", "rider_joined")
        assert {rider["request_id"] for rider in joined["riders"]} == {ann["id"], bob["id"]}
        until(lambda: "rider_joined" in partner.get("/v1/events?limit=100").text, "its people are told")

        # A lead that begins in some seconds: until then nobody is invited, though the car has a seat.
        opens = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10)
        lead_s = int((leaves - opens).total_seconds())
        service.command("markets", "update", "main", "--decide", f"lead_s={lead_s}")
        until(lambda: partner.get("/v1/markets").json()["items"][0]["decide"] != "at_once", "every process knows")
        cas = post("requests", request_body(commuter_id="cas"))
        assert accept(cas, "requests").json()["status"] == "confirmed"

        def proposed_at() -> datetime | None:
            told = [event for event in partner.get("/v1/events?limit=100").json()["items"] if cas["id"] in str(event)]
            return datetime.fromisoformat(told[0]["timestamp"]) if told else None

        assert until(proposed_at, "an event of the invitation") >= opens
        assert service.command("doctor")["wrong"] == 0


def test_both_ways_are_agreed_together_and_who_loses_the_way_back_is_told_how_to_get_home(tmp_path: Path) -> None:
    with serving(tmp_path / "data", batch_interval_s=0.5) as service:
        partner, _ = service.partner()
        fallback = {"label": "Taxi voucher", "phone": "112"}
        service.command("markets", "update", "main", "--fallback", "label=Taxi voucher", "--fallback", "phone=112")
        until(lambda: partner.get("/v1/markets").json()["items"][0]["fallback"], "the market has it")
        (of_whom,) = service.command("partners", "list")
        said = service.command("partners", "fallback", of_whom["id"], "zuidas", "label=Company taxi")
        assert said["fallbacks"] == {"zuidas": {"label": "Company taxi"}}

        def post(kind: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = partner.post(f"/v1/{kind}", json=tomorrow(body))
            assert answer.status_code == 201, answer.text
            return {**answer.json(), "kind": kind}

        def read(trip: dict[str, Any]) -> dict[str, Any]:
            return partner.get(f"/v1/{trip['kind']}/{trip['id']}").json()

        def move(trip: dict[str, Any], verb: str) -> dict[str, Any]:
            match_id = until(lambda: read(trip)["match_id"], "it is in a match")
            answer = partner.post(f"/v1/matches/{match_id}/{verb}", json={"trip_id": trip["id"]})
            assert answer.status_code == 200, answer.text
            return answer.json()

        out = post("requests", request_body())
        home = post("requests", back(request_body(communities=["campus", "zuidas"]), return_of=out["id"]))
        drive_back = post("offers", back(offer_body(commuter_id="eve")))
        why = partner.get(f"/v1/requests/{home['id']}/explanation", timeout=120).json()  # the first loads the engine
        assert (why["reason"], why["other_way"]["request_id"]) == ("other_way", out["id"])
        assert (why["possible"], why["other_way"]["possible"]) == (1, 0)
        drive = post("offers", offer_body())
        for trip in (drive, out, drive_back):
            assert move(trip, "accept")["status"] == "proposed"
        assert move(home, "accept")["status"] == "confirmed"
        assert [read(trip)["status"] for trip in (drive, out, drive_back, home)] == ["confirmed"] * 4
        assert [read(trip)["role"] for trip in (drive, out)] == ["driver", "rider"]
        move(drive, "start")
        assert partner.delete(f"/v1/offers/{drive_back['id']}").status_code == 200

        def told() -> dict[str, Any] | None:
            events = partner.get("/v1/events?limit=100").json()["items"]
            return next((event for event in events if event["type"] == "match.return_at_risk"), None)

        event = until(told, "the rider is told")
        at_risk = {"request_id": home["id"], "fallback": {"label": "Company taxi"}}
        assert event["data"]["at_risk"] == at_risk
        assert partner.get(f"/v1/requests/{home['id']}/explanation").json()["at_risk"] == at_risk
        service.command("partners", "fallback", of_whom["id"], "zuidas")
        shown = partner.get(f"/v1/requests/{home['id']}/explanation").json()["at_risk"]
        assert shown["fallback"] == fallback
        post("offers", back(offer_body(commuter_id="fay")))
        until(lambda: read(home)["status"] == "proposed", "another car is found")
        assert service.command("doctor")["wrong"] == 0
