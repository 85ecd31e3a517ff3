"""Markets made beside a running service: every process knows of them within seconds, and nothing is restarted."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.factories import offer_body, request_body, tomorrow
from tests.service.markets import EAST, IN_EAST, WEST, points
from tests.serving import COMMAND, ROOT, environ, serving, until


def test_a_new_market_takes_trips_and_is_matched_without_a_restart(tmp_path: Path) -> None:
    areas = {name: tmp_path / f"{name}.geojson" for name in ("west", "east")}
    areas["west"].write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": WEST}))
    areas["east"].write_text(json.dumps(EAST))
    with serving(tmp_path / "data", batch_interval_s=0.5) as service:
        partner, operator = service.partner()

        def market(verb: str, *words: str) -> dict:
            return service.command("markets", verb, *words)

        zone = ("--timezone", "Europe/Amsterdam")
        market("create", "west", "--area", str(areas["west"]), *zone, "--policy", "hold_s=300")
        made = market("create", "east", "--area", str(areas["east"]), "--neighbours", "west", "--currency", "SEK")
        market("update", "west", "--neighbours", "east", "--policy", "cost_per_km=0.5")
        corners = tmp_path / "corners.geojson"
        corners.write_text(json.dumps(points(corner=(52.3, 4.5))))
        market("update", "west", "--meeting-points", str(corners))
        kept = market("show", "west")
        assert (kept["policy"], kept["neighbours"]) == ({"hold_s": 300, "cost_per_km": 0.5}, ["east"])
        assert [one["name"] for one in service.command("markets", "list")] == ["main", "west", "east"]

        opens_at = datetime.fromisoformat(made["opens_at"])
        until(lambda: datetime.now(UTC) > opens_at, "the market opens")
        names = [one["name"] for one in partner.get("/v1/markets").json()["items"]]
        assert names == ["main", "west", "east"]
        path = "/v1/markets/west/meeting-points"
        (corner,) = until(lambda: partner.get(path).json()["items"], "the points are known to the process")
        assert corner == {"id": "corner", "name": "the corner corner", "lat": 52.3, "lon": 4.5}
        for kind, body in (("offers", offer_body()), ("requests", request_body())):
            for changes in ({}, {"origin": IN_EAST, "destination": {"lat": 52.37, "lon": 5.0}}):
                key = {"Idempotency-Key": f"{kind} {len(changes)}"}
                posted = partner.post(f"/v1/{kind}", json=tomorrow({**body, **changes}), headers=key)
                assert posted.status_code == 201, posted.text

        def proposed() -> list[dict]:
            found = partner.get("/v1/matches").json()["items"]
            return found if len(found) == 2 else []

        matches = until(proposed, "a match in each market")
        batches = {match["batch_id"] for match in matches}
        assert {operator.get(f"/v1/batches/{id_}").json()["market"] for id_ in batches} == {"west", "east"}
        currencies = {rider["cost_share"]["currency"] for match in matches for rider in match["riders"]}
        assert currencies == {"EUR", "SEK"}

        def told() -> bool:
            events = partner.get("/v1/events").json()["items"]
            return {event["data"]["id"] for event in events} >= {match["id"] for match in matches}

        until(told, "an event of each match")
        assert service.command("doctor")["wrong"] == 0


def test_what_is_wrong_with_a_market_is_one_line(tmp_path: Path) -> None:
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps({"type": "Point", "coordinates": [4, 52]}))
    for words, code, said in (
        (("create", "west", "--area", str(area)), 1, "/area: is no GeoJSON"),
        (("create", "west", "--area", str(tmp_path / "none")), 2, "No such file"),
        (("create", "west", "--meeting-points", str(area)), 1, "/meeting_points: is no GeoJSON FeatureCollection"),
        (("create", "west", "--policy", "hold_s"), 2, "NAME=NUMBER"),
        (("show", "west"), 1, "there is no market west"),
    ):
        done = subprocess.run(
            [*COMMAND, "markets", *words], cwd=ROOT, env=environ(data_dir=tmp_path / "data"), capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        (line,) = done.stderr.splitlines()
        assert said in line
