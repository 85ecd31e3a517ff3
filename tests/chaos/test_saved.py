"""A service on a cluster is saved under load; what it had acknowledged before is there where the backup is put back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from pathlib import Path

import pytest

from loadtests.acknowledged import Acknowledged
from tests.chaos.load import QUICK, at_work
from tests.chaos.soundness import assert_sound, key_of, tell
from tests.clusters import PATIENT, Cluster, clustered
from tests.conftest import SECRET_KEY
from tests.serving import COMMAND, ROOT, environ, serving


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with clustered(**PATIENT) as running:
        yield running


def carpool(*words: str, **settings: object) -> dict[str, object]:
    done = subprocess.run(
        [*COMMAND, *words, "--json"], cwd=ROOT, env=environ(secret_key=SECRET_KEY, **settings), capture_output=True,
        check=False, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


def eventually_saved(file: Path, cluster: Cluster) -> dict[str, object]:
    """Save a cluster; a machine that stands still for seconds makes a backup say that it is to be tried again."""
    for _ in range(4):
        with suppress(AssertionError):
            return carpool("backup", str(file), redis_url=cluster.url)
    return carpool("backup", str(file), redis_url=cluster.url)


def until_now(told: Acknowledged) -> Acknowledged:
    """Return what has been acknowledged so far. Who has accepted may yet decline."""
    with told.lock:
        return Acknowledged(copy(told.trips), copy(told.cancelled), copy(told.answers), copy(told.events))


def test_what_was_acknowledged_before_a_backup_began_is_in_it(cluster: Cluster, tmp_path: Path) -> None:
    file, common = tmp_path / "b", {"secret_key": SECRET_KEY, **QUICK}
    with serving(tmp_path / "data", redis_url=cluster.url, **common) as service:
        partner, _ = service.partner()
        with at_work(service.url, key_of(partner), seed=5) as load:
            load.more(80, answers=1)
            told = until_now(load.told)
            saved = eventually_saved(file, cluster)
            load.more(40)
            with load.at_rest() as everything:
                assert_sound(service, partner, everything)  # the service has not suffered
    told.answers = {what: given for what, given in told.answers.items() if load.told.answers[what] == given}
    empty(cluster)
    for name, where in (("one", {}), ("cluster", {"redis_url": cluster.url})):
        restored = carpool("restore", str(file), "--owed", "send", data_dir=tmp_path / name, **where)
        assert restored["wrong"] == 0
        with serving(tmp_path / name, **where, **common) as service:
            assert_sound(service, service.client(key_of(partner)), told)
    tell("cluster saved under load", lengths=saved["lengths"], trips=len(told.trips), answers=len(told.answers))


def empty(cluster: Cluster) -> None:
    for server in cluster.primaries:
        with cluster.node(server) as node:
            node.flushall()
