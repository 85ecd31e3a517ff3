"""The store goes away under load, at once or without a word, and comes back: the service goes on by itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx
import psutil
import pytest

from service.store.embedded import EmbeddedStore
from tests.chaos.load import QUICK, Load, at_work
from tests.chaos.soundness import assert_sound, key_of, tell
from tests.conftest import SECRET_KEY
from tests.serving import Service, serving, until

pytestmark = pytest.mark.slow
ROLES = ("api", "matcher", "deliverer")


def test_a_store_that_is_stopped_and_started_under_load_costs_nothing_but_time(tmp_path: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="cpt-") as directory,
        EmbeddedStore(Path(directory)) as server,
        serving(tmp_path / "data", redis_url=server.url, secret_key=SECRET_KEY, **QUICK) as service,
    ):
        partner, _ = service.partner()
        before = {role: service.role(role).pid for role in ROLES}
        with at_work(service.url, key_of(partner), seed=5) as load:
            load.more(80, answers=2)
            server.stop_server()
            is_refused(load, service)
            server.restart()
            goes_on(load, service)
            hangs = psutil.Process(server.pid)
            hangs.suspend()
            try:
                is_refused(load, service)
            finally:
                hangs.resume()
            goes_on(load, service)
            with load.at_rest() as told:
                assert_sound(service, partner, told)
        assert {role: service.role(role).pid for role in ROLES} == before
        tell("store away", acknowledged=load.told.count, instead_of_answers=load.seen)


def is_refused(load: Load, service: Service) -> None:
    """See every caller refused by 503, and readiness tell why. The load sees to it that each says when to try again."""
    count, refused = load.told.count, load.seen["503"]
    until(lambda: load.seen["503"] >= refused + 8, "callers refused")
    ready = httpx.get(f"{service.url}/readyz", timeout=30)
    assert ready.status_code == 503
    assert "out of reach" in ready.json()["checks"]["store"]
    assert load.told.count <= count + 8, "no more than what was answered already"


def goes_on(load: Load, service: Service) -> None:
    """See that callers are served and proposals are made again."""
    load.more(80, answers=2)
    until(service.ready, "ready", 60)
