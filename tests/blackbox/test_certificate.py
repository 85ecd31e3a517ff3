"""Anyone can check a batch: its certificate is fetched over HTTP and verified by the command, with nothing else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.factories import offer_body, request_body, tomorrow
from tests.service.markets import points
from tests.serving import COMMAND, ROOT, batch_done, environ, match_only_when_asked, serving
from tests.waiting import until


def verified(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "verify", str(file)],
        cwd=ROOT,
        env=environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def fetched(operator: httpx.Client, batch: str, places: str) -> bytes:
    """Return a certificate as soon as it is made."""

    def answered() -> httpx.Response | None:
        answer = operator.get(f"/v1/batches/{batch}/certificate", params={"places": places})
        assert answer.status_code in (200, 202), answer.text
        return answer if answer.status_code == 200 else None

    answer: httpx.Response = until(answered, f"the {places} certificate", 60)
    return answer.content


def test_certificates_of_a_batch_are_fetched_and_prove_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data", batch_interval_s=3600) as service:
        partner, operator = service.partner()
        match_only_when_asked(operator)
        for n in range(6):
            partner.post("/v1/offers", json=tomorrow(offer_body(commuter_id=f"d{n}", seats=2))).raise_for_status()
            partner.post("/v1/requests", json=tomorrow(request_body(commuter_id=f"r{n}"))).raise_for_status()
        done = batch_done(operator)
        batch = done["id"]
        assert done["matches"] > 0
        for places in ("exact", "coarse"):
            file = tmp_path / f"{places}.json"
            file.write_bytes(fetched(operator, batch, places))
            good = verified(file)
            assert good.returncode == 0, good.stdout + good.stderr
            assert "verdict  good" in good.stdout
        claim = json.loads((tmp_path / "exact.json").read_text())
        assert (claim["plan"]["score"], claim["plan"]["bound"]) == (done["score"], done["bound"])
        file.write_text(json.dumps({**claim, "plan": {**claim["plan"], "bound": claim["plan"]["score"] - 1}}))
        assert verified(file).returncode == 1
        replayed = tmp_path / "replayed.json"
        again = service.command("replay", batch, "--coarse", "--save", str(replayed))
        assert again["then"] is None
        assert again["faults"] == []
        better = json.loads(replayed.read_text())
        better["plan"]["score"] += 100_000
        replayed.write_text(json.dumps(better))
        worse = service.command("replay", str(replayed), ok=(1,))
        assert "falls short" in worse["faults"][0]


def test_a_batch_with_meeting_points_is_proved_told_coarsely_and_replayed(tmp_path: Path) -> None:
    corners = tmp_path / "corners.geojson"
    corners.write_text(json.dumps(points(corner=(52.3175, 4.87), unused=(52.33, 4.91))))
    door = {"lat": 52.31761, "lon": 4.89137}
    with serving(tmp_path / "data", batch_interval_s=3600) as service:
        partner, operator = service.partner()
        match_only_when_asked(operator)
        service.command("markets", "update", "main", "--meeting-points", str(corners))
        partner.post("/v1/offers", json=tomorrow(offer_body(max_detour_s=150))).raise_for_status()
        walker = request_body(origin=door, destination={"lat": 52.3525, "lon": 4.89}, max_walk_m=2500)
        partner.post("/v1/requests", json=tomorrow(walker)).raise_for_status()
        done = until(lambda: with_a_match(operator), "a batch of a matcher that knows of the points", 60)
        batch = done["id"]
        assert done["riders"] == 1
        for places in ("exact", "coarse"):
            file = tmp_path / f"{places}.json"
            file.write_bytes(fetched(operator, batch, places))
            good = verified(file)
            assert good.returncode == 0, good.stdout + good.stderr
        exact, coarse = (json.loads((tmp_path / f"{places}.json").read_text()) for places in ("exact", "coarse"))
        for claim in (exact, coarse):
            told = claim["instance"]["meeting_points"]
            assert [(point["lat"], point["lon"]) for point in told] == [(52.3175, 4.87), (52.33, 4.91)]
            assert not {"corner", "unused"} & {point["id"] for point in told}
            assert claim["instance"]["requests"][0]["max_walk_m"] == 2500
        assert "m1" in {stop.get("meeting_point") for stop in exact["plan"]["matches"][0]["stops"]}
        assert str(door["lat"]) not in (tmp_path / "coarse.json").read_text()
        again = service.command("replay", batch)
        assert again["faults"] == []
        assert [again[run][name] for run in ("then", "now") for name in ("score", "riders")] == [done["score"], 1] * 2
        replayed = tmp_path / "replayed.json"
        assert service.command("replay", batch, "--coarse", "--save", str(replayed))["faults"] == []
        assert verified(replayed).returncode == 0
        assert service.command("replay", str(replayed))["faults"] == []


def with_a_match(operator: httpx.Client) -> dict[str, Any] | None:
    """Run a batch; a market that has changed is known to each process within seconds."""
    done = batch_done(operator)
    return done if done["matches"] else None
