"""A trip that nobody can read, in a service at work: it is set aside, and told of; everybody else is matched."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import redis

from service.store import keys
from tests.chaos.load import QUICK, at_work
from tests.chaos.soundness import key_of
from tests.factories import request_body, tomorrow
from tests.serving import Service, serving, until

pytestmark = pytest.mark.slow


def test_a_poisoned_trip_costs_nobody_else_their_match(tmp_path: Path) -> None:
    with serving(tmp_path / "data", **QUICK) as service:
        partner, _ = service.partner()
        with at_work(service.url, key_of(partner), seed=9) as load:
            load.more(30, answers=2)
            poisoned = partner.post("/v1/requests", json=tomorrow(request_body(commuter_id="poison"))).json()["id"]
            with redis.Redis.from_url(service.redis_url) as store:
                store.hset(keys.TRIP(keys.market_tag("main"), poisoned), "body", '{"origin": 7}')
            until(lambda: set_aside(service) == 1, "it is counted")
            load.more(50, answers=5)
        assert partner.get(f"/v1/requests/{poisoned}").json()["type"].endswith("/damaged")
        assert load.told.answers
        log = Path(service.log.name).read_text()
        assert '"trip_set_aside"' in log
        assert poisoned in log
        report = service.command("doctor", ok=(1,))
        assert report["wrong"] == 1, report
        assert any(poisoned in example for check in report["checks"] for example in check["examples"])


def set_aside(service: Service) -> float:
    """Return how many trips were set aside, as the metrics tell."""
    told = httpx.get(f"{service.url}/metrics", timeout=30).text
    lines = [line for line in told.splitlines() if line.startswith('carpool_set_aside_total{kind="trip"}')]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)
