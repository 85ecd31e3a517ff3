"""`carpool doctor` beside a running service: what it says, and how it ends."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.factories import offer_body, tomorrow
from tests.serving import COMMAND, ROOT, Service, serving


def doctor(service: Service, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "doctor", *words], cwd=ROOT, env=service.environ, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


def test_doctor_says_what_is_wrong_and_mends_it_beside_a_running_service(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        partner, _ = service.partner()
        trip = partner.post("/v1/offers", json=tomorrow(offer_body(commuter_id="someone@home"))).json()
        healthy = doctor(service)
        assert healthy.returncode == 0, healthy.stdout + healthy.stderr
        assert healthy.stdout.splitlines()[-1] == "good: nothing is wrong"

        with service.store() as store:
            for index in ("trips:*:offer", "trips:*:offer:commuter:*"):
                store.delete(*store.scan_iter(f"{{m:main}}:{index}"))
        assert partner.get("/v1/offers").json()["items"] == []
        ill = doctor(service, "--json")
        assert ill.returncode == 1
        found: dict[str, Any] = {check["name"]: check for check in json.loads(ill.stdout)["checks"]}
        assert found["by partner"]["wrong"] == found["by commuter"]["wrong"] == 1
        assert trip["id"] in found["by partner"]["examples"][0]
        assert "someone@home" not in ill.stdout

        mended = doctor(service, "--repair")
        assert mended.returncode == 0, mended.stdout
        assert mended.stdout.splitlines()[-1] == "good: nothing is wrong any more"
        assert [item["id"] for item in partner.get("/v1/offers").json()["items"]] == [trip["id"]]
        assert doctor(service).returncode == 0
