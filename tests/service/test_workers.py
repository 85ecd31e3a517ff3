"""Workers of parts: of each kind they make the plan that one process makes, and losing them costs no plan."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from structlog.testing import capture_logs

from matching import Instance, Parts, Plan, Progress, check, solve
from matching.parts.part import Task, solve_part
from matching.workspace import WIDTH
from service.errors import SettingError
from service.workers import Workers
from tests.matching.crowds import crowd

INSTANCE = crowd(5, 20, 30)
ROOT = Path(__file__).resolve().parents[2]
NO_COLUMNS = np.empty((0, WIDTH), np.int64)
STARTER = """
import os, sys
from service.workers import Workers
if __name__ == "__main__":
    workers = Workers("")
    print(workers.submit(os.getpid).result(), flush=True)
    sys.stdin.read()
"""


def small_parts(workers: Workers) -> Parts:
    return replace(workers.parts(), most_trips=15, from_trips=0, least_workers=1)


def solved_by(workers: Workers, instance: Instance = INSTANCE) -> tuple[Plan, list[int]]:
    """Return the plan, and the scores that parts came to."""
    told: list[Progress] = []
    plan = solve(instance, parts=small_parts(workers), progress=told.append)
    assert check(instance, plan) == []
    return plan, [progress.score or 0 for progress in told if progress.stage == "parts"]


def until(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["threads", ""])
def test_workers_make_the_plan_that_one_process_makes(name: str) -> None:
    with Workers(name) as workers:
        plan, scores = solved_by(workers)
    assert plan.score == solve(INSTANCE).score
    assert scores[-1] > 0


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core has threads")
def test_a_killed_worker_is_said_and_the_next_part_starts_new_ones() -> None:
    with Workers("") as workers, capture_logs() as logs:
        first = workers.submit(os.getpid).result()
        lost = [workers.submit(time.sleep, 600) for _ in range(8)]
        os.kill(first, signal.SIGKILL)
        for future in lost:
            with pytest.raises(BrokenExecutor):
                future.result()
        assert workers.submit(os.getpid).result() != first
        assert solved_by(workers)[1][-1] > 0
    assert [line["event"] for line in logs] == ["workers_lost"]


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core has threads")
def test_worker_processes_end_with_their_parent_however_it_ends() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent.stdin, parent.stdout:
        worker = int(parent.stdout.readline())
        assert psutil.pid_exists(worker)
        parent.kill()
        parent.wait()
        until(lambda: not psutil.pid_exists(worker) or psutil.Process(worker).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("name", ["threads", ""])
def test_the_end_does_not_wait_for_parts_to_use_up_their_time(name: str) -> None:
    with Workers(name) as workers:
        workers.submit(os.getpid).result()  # they are there
        under_way = workers.submit(solve_part, endless_task(workers))
    assert under_way.done()


def endless_task(workers: Workers) -> Task:
    return Task(crowd(1, 300, 500), None, NO_COLUMNS, NO_COLUMNS, 0, 1e9, workers.parts().allowance)


def test_without_a_dask_scheduler_the_plan_is_made_without_parts() -> None:
    pytest.importorskip("distributed")
    with Workers("dask://127.0.0.1:9") as workers, capture_logs() as logs:
        plan, scores = solved_by(workers)
    assert plan.score == solve(INSTANCE).score
    assert scores == []
    assert {line["event"] for line in logs} == {"workers_out_of_reach"}


def test_a_dask_cluster_solves_parts_and_may_lose_a_worker() -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address.removeprefix("tcp://")
        with Workers(f"dask://{address}") as workers, capture_logs() as logs:
            plan, scores = solved_by(workers)
            assert plan.score == solve(INSTANCE).score
            assert scores[-1] > 0
            lost: Future[Any] = workers.submit(os._exit, 1)
            with pytest.raises(BrokenExecutor):
                lost.result()
            assert solved_by(workers)[0].score == plan.score
    assert "workers_lost" in {line["event"] for line in logs}


def test_dask_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingError, match="carpool\\[scale\\]"):
        Workers("dask://127.0.0.1:9")
