"""`carpool serve` as an operator meets it: one owner of a directory, clear refusals, a clean end, nothing lost."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
import redis

from service.store.embedded import EmbeddedStore
from tests.factories import offer_body, tomorrow
from tests.serving import COMMAND, ROOT, Service, environ, serving
from tests.unpacking import unpack
from tests.waiting import until


def refused(*words: str, **settings: object) -> str:
    """Return the one line with which a command is refused."""
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=environ(**settings), capture_output=True, check=False, text=True, timeout=60
    )
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.strip().splitlines()
    return line


def counted_offers(service: Service) -> int:
    """Return how many offers the metrics say were posted."""
    text = httpx.get(f"{service.url}/metrics").text
    (count,) = re.findall(
        r'^carpool_http_requests_total\{method="POST",route="/v1/offers",status="201"\} (\S+)$', text, re.M
    )
    return int(float(count))


@pytest.mark.one_server
def test_a_directory_has_one_owner_and_a_restart_finds_everything(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        line = refused("serve", data_dir=data, port=0)
        assert "is in use by process" in line
        assert str(service.process.pid) in line
        partner, _ = service.partner()
        trip = partner.post("/v1/offers", json=tomorrow(offer_body())).json()
        key = partner.headers["Authorization"].removeprefix("Bearer ")
    with serving(data) as service:
        assert service.client(key).get(f"/v1/offers/{trip['id']}").json() == trip


def test_a_killed_supervisor_leaves_nothing_running_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = Service(data)
    partner, _ = first.partner()
    trip = partner.post("/v1/offers", json=tomorrow(offer_body())).json()
    key = partner.headers["Authorization"].removeprefix("Bearer ")
    first.kill()
    first.close()
    with serving(data) as again:
        assert again.client(key).get(f"/v1/offers/{trip['id']}").json() == trip


def test_a_process_that_is_started_again_goes_on_counting_in_the_same_files(tmp_path: Path) -> None:
    data = tmp_path / "data"

    def owners() -> set[str]:
        return {file.stem.rpartition("_")[2] for file in (data / "metrics").iterdir()}

    with serving(data, api_workers=2) as service:
        partner, _ = service.partner()
        for _ in range(3):
            partner.post("/v1/offers", json=tomorrow(offer_body())).raise_for_status()
        before = counted_offers(service)
        killed = [service.role(name) for name in ("api-1", "api-2", "deliverer")]
        kept = owners()
        assert {"api-1", "api-2", "matcher"} <= kept
        for process in killed:
            process.kill()
        until(lambda: not any(process.is_running() for process in killed), "they have ended")
        until(service.ready, "others are there", 60)
        assert counted_offers(service) == before == 3
        again = service.client(partner.headers["Authorization"].removeprefix("Bearer "))
        again.post("/v1/offers", json=tomorrow(offer_body())).raise_for_status()
        assert counted_offers(service) == 4
        assert owners() == kept


@pytest.mark.one_server
def test_a_data_directory_of_the_version_before_opens_and_keys_made_then_still_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    unpack(ROOT / "tests" / "data" / "schema-1.tar.gz", data)
    assert "start the service of this version once" in refused("partners", "list", data_dir=data)
    with serving(data) as service:
        old = service.client("cpk_live_01m8h0wyc0e2zvvdr7t8zxph5v_pEOMNsC62tUeuCnL1OkSlq1k_1UikHI7KoR3VT2CHTU")
        (offer,) = old.get("/v1/offers", params={"external_id": "shift 7: dora"}).json()["items"]
        assert offer["status"] == "confirmed"
        assert old.get(f"/v1/matches/{offer['match_id']}").json()["status"] == "confirmed"
        assert service.command("doctor")["wrong"] == 0


def test_a_store_of_a_later_version_is_refused_with_one_line(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "store") as server:
        with redis.Redis.from_url(server.url) as store:
            store.set("{carpool}:schema", "99")
        settings = {"redis_url": server.url, "data_dir": tmp_path / "data", "secret_key": "A" * 43 + "="}
        for words in (("serve", "--port", "0"), ("matcher",), ("check",)):
            assert "this store is of schema 99" in refused(*words, **settings)
        with redis.Redis.from_url(server.url) as store:
            store.delete("{carpool}:schema")
            store.config_set("appendfsync", "everysec")
        assert "appendfsync is everysec" in refused("serve", "--port", "0", **settings)


def test_what_goes_wrong_inside_is_logged_without_what_people_sent(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        partner, _ = service.partner()
        assert (service.data_dir / "service.json").stat().st_mode & 0o077 == 0
        with service.store() as store:
            (log,) = (key.replace(":partner", ":events") for key in store.scan_iter("{p:*}:partner"))
            event = {"type": "trip.expired", "at": "", "seq": "1", "subject": "", "data": '{"lat": HOME52.123456'}
            store.xadd(log, event)
        answer = partner.get("/v1/events", headers={"X-Request-Id": "look-for-me"})
        assert answer.status_code == 500
    lines = Path(service.log.name).read_text().splitlines()
    (told,) = [json.loads(line) for line in lines if '"unexpected"' in line]
    assert (told["request_id"], told["exception"]) == ("look-for-me", "JSONDecodeError")
    assert told["frames"]
    assert "HOME52" not in "".join(lines)
    assert service.process.returncode == 0


def test_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    assert "CARPOOL_PROT is not a setting; did you mean CARPOOL_PORT?" in refused("serve", prot=1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("serve", data_dir=tmp_path / "d", port=port)
    assert f"can not listen on 127.0.0.1 port {port}" in line
    assert "needs a store" in refused("matcher")
    assert "out of reach" in refused("matcher", redis_url="redis://127.0.0.1:1/0", secret_key="A" * 43 + "=")


def test_keys_are_made_without_a_running_service_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        pass
    partner = service.command("partners", "create", "offline")
    assert service.command("partners", "list") == [partner]
    key = service.command("keys", "create", partner["id"], "--scopes", "trips:read")
    assert key["key"].startswith(key["prefix"])
    (listed,) = service.command("keys", "list", partner["id"])
    assert listed["scopes"] == ["trips:read"]
    assert "key" not in listed
