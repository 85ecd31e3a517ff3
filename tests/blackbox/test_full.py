"""A store without room, in memory or on disk: 503 and nothing half-written, then as before, without a restart."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import redis

from tests.factories import request_body, tomorrow
from tests.serving import Service, serving
from tests.waiting import until

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def post(partner: httpx.Client, name: str) -> httpx.Response:
    body = tomorrow(request_body(commuter_id=name))
    return partner.post("/v1/requests", json=body, headers={"Idempotency-Key": name})


def pids(service: Service) -> dict[str, int]:
    return {role: service.role(role).pid for role in ("api", "matcher", "deliverer")}


def all_are_there(partner: httpx.Client, trips: list[dict[str, Any]]) -> bool:
    return all(partner.get(f"/v1/requests/{trip['id']}").json() == trip for trip in trips)


def runs_another_store(service: Service, pid: int) -> bool:
    try:
        return service.role("store").pid != pid
    except psutil.Error:  # it dies while it is looked at
        return False


@pytest.mark.one_server
def test_a_store_whose_memory_is_full_recovers_when_it_has_room(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        partner, _ = service.partner()
        trips = [post(partner, f"c{n}").json() for n in range(5)]
        before = pids(service)
        with redis.Redis.from_url(service.redis_url) as store:
            store.config_set("maxmemory", store.info("memory")["used_memory"] // 2)
            refused = until(lambda: (answer := post(partner, "full")).status_code == 503 and answer, "503")
            assert refused.headers["Retry-After"]
            assert refused.json()["type"].endswith("/store-unavailable")
            assert all_are_there(partner, trips)
            until(lambda: httpx.get(f"{service.url}/readyz").status_code == 503, "not ready")
            store.config_set("maxmemory", 0)
        trips.append(until(lambda: (answer := post(partner, "full")).status_code == 201 and answer.json(), "201"))
        until(lambda: httpx.get(f"{service.url}/readyz").status_code == 200, "ready")
        assert all_are_there(partner, trips)
        assert pids(service) == before
        assert service.command("doctor")["wrong"] == 0


@pytest.mark.one_server
def test_a_store_whose_disk_is_full_acknowledges_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the kernel refuses the write of the append-only file."""
    with serving(tmp_path / "data") as service:
        partner, _ = service.partner()
        trips = [post(partner, f"c{n}").json() for n in range(5)]
        before = pids(service)
        (written,) = (service.data_dir / "appendonlydir").glob("*.incr.aof")
        supervisor, store = psutil.Process(service.process.pid), service.role("store")
        limit = (written.stat().st_size + 2000, resource.RLIM_INFINITY)
        supervisor.rlimit(psutil.RLIMIT_FSIZE, limit)  # for the stores that it starts again
        store.rlimit(psutil.RLIMIT_FSIZE, limit)
        n = 0
        while (answer := post(partner, f"d{n}")).status_code == 201:
            trips.append(answer.json())
            n += 1
            assert n < 1000
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        until(lambda: runs_another_store(service, store.pid), "another store")
        assert post(partner, f"d{n}").status_code == 503

        supervisor.rlimit(psutil.RLIMIT_FSIZE, NO_LIMIT)
        trips.append(until(lambda: (again := post(partner, f"d{n}")).status_code == 201 and again.json(), "201", 60))
        assert all_are_there(partner, trips)
        assert pids(service) == before
        assert service.command("doctor")["wrong"] == 0
