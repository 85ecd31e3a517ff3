"""Looks at a running service: who could ride together, why there is no match yet, and what rides came to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tests.factories import offer_body, request_body, tomorrow
from tests.serving import match_only_when_asked, serving, until


def test_a_commuter_looks_posts_asks_why_not_rides_and_counts(tmp_path: Path) -> None:
    with serving(tmp_path / "data", batch_interval_s=3600) as service:
        partner, operator = service.partner()
        match_only_when_asked(operator)
        body = tomorrow(request_body())
        look = {
            "from": "52.31,4.865", "to": "52.36,4.895", "role": "rider",
            **{name: body[name] for name in ("earliest_departure", "latest_arrival")},
        }  # fmt: skip

        def get(path: str, client: httpx.Client = partner, **query: str) -> dict[str, Any]:
            answer = client.get(path, params=query, timeout=120)  # the first loads the engine, or compiles it
            assert answer.status_code == 200, answer.text
            return answer.json()

        assert get("/v1/journeys", **look)["items"] == []
        offer = post(partner, "offers", tomorrow(offer_body(max_detour_s=60)))
        assert get("/v1/journeys", **look)["items"] == []
        request = post(partner, "requests", body)
        told = get(f"/v1/requests/{request['id']}/explanation")
        assert (told["reason"], told["counterparts"], told["possible"]) == ("nobody_fits", 1, 0)
        (change,) = get(f"/v1/offers/{offer['id']}/explanation")["changes"]
        assert change["field"] == "max_detour_s"
        post(partner, "offers", tomorrow(offer_body(commuter_id="eve", max_detour_s=change["value"])))
        (found,) = get("/v1/journeys", **look)["items"]
        assert found["certain"]
        assert get(f"/v1/requests/{request['id']}/explanation")["reason"] == "waiting_for_batch"

        assert operator.post("/v1/batches", json={}).status_code == 202
        (match,) = until(lambda: get("/v1/matches")["items"], "a match", 120)
        for trip in match["awaiting"]:
            answer = partner.post(f"/v1/matches/{match['id']}/accept", json={"trip_id": trip})
            assert answer.status_code == 200, answer.text
        assert get(f"/v1/requests/{request['id']}/explanation")["reason"] == "confirmed"
        figures = get("/v1/statistics")
        assert {name: figures["totals"][name] for name in ("drives", "rides", "saved_m")} == {
            "drives": 1, "rides": 1, "saved_m": match["saved_m"],
        }  # fmt: skip
        assert get("/v1/statistics", operator, of="market", market="main") == figures
        assert service.command("doctor")["wrong"] == 0


def post(client: httpx.Client, collection: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/v1/{collection}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
