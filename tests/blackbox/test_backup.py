"""`carpool backup` beside a running service and `carpool restore` elsewhere: keys, trips and webhooks go on there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from service.store.keys import SCHEMA_VERSION
from tests.blackbox.test_serve import refused
from tests.factories import offer_body, request_body, tomorrow
from tests.serving import COMMAND, ROOT, environ, serving


def carpool(*words: str, **settings: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=environ(**settings), capture_output=True, check=False, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.one_server
def test_a_service_is_saved_while_it_runs_and_goes_on_from_there_in_another_directory(tmp_path: Path) -> None:
    data, new, file = tmp_path / "data", tmp_path / "new", tmp_path / "carpool.backup"
    with serving(data) as service:
        partner, _ = service.partner()
        partner.post("/v1/webhook-endpoints", json={"url": "http://127.0.0.1:9/gone"}).raise_for_status()
        trip = partner.post("/v1/offers", json=tomorrow(offer_body())).json()
        saved = json.loads(carpool("backup", str(file), "--json", data_dir=data).stdout)
        assert saved["bytes"] > 0
        assert saved["schema_version"] == SCHEMA_VERSION
        later = partner.post("/v1/requests", json=tomorrow(request_body())).json()
        assert "is there already" in refused("backup", str(file), data_dir=data)
        assert "a service runs on" in refused("restore", str(file), data_dir=data)
        key = partner.headers["Authorization"].removeprefix("Bearer ")
    assert "store is not empty" in refused_after_progress("restore", str(file), data_dir=data)
    assert "neither send nor drop" in refused("restore", str(file), "--owed", "keep", data_dir=new)

    done = carpool("restore", str(file), "--json", data_dir=new)
    assert json.loads(done.stdout)["wrong"] == 0
    assert not json.loads(done.stdout)["webhook_secrets_fit"]
    assert "put back secret.key" in done.stderr
    (data / "secret.key").rename(new / "secret.key")
    assert json.loads(carpool("restore", str(file), "--replace", "--json", data_dir=new).stdout)["webhook_secrets_fit"]
    with serving(new) as service:
        again = service.client(key)
        assert again.get(f"/v1/offers/{trip['id']}").json() == trip
        assert again.get(f"/v1/requests/{later['id']}").status_code == 404
        assert again.post("/v1/requests", json=tomorrow(request_body())).status_code == 201
        assert service.command("doctor")["wrong"] == 0


def refused_after_progress(*words: str, **settings: object) -> str:
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=environ(**settings), capture_output=True, check=False, text=True, timeout=120
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr.strip().splitlines()[-1]
