"""The load test runs as its users would run it, against a real service, and refuses to aim elsewhere."""

import csv
import os
import subprocess
import sys

import httpx
import pytest

from tests.serving import ROOT, serving
from tests.waiting import until


def run_locust(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(ROOT / "loadtests" / "locustfile.py"),
        "--headless",
        *arguments,
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOADTEST_", "LOCUST_"))}
    environ = clean | {"PYTHONPATH": str(ROOT)} | variables
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)


def stored(client: httpx.Client, path: str) -> int:
    """Count what the service keeps."""
    count, cursor = 0, {}
    while True:
        page = client.get(path, params={"limit": 500, **cursor}).raise_for_status().json()
        count += len(page["items"])
        if page["next_cursor"] is None:
            return count
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.slow
def test_twenty_seconds_of_users_meet_no_failure_and_their_trips_are_stored(tmp_path):
    with serving(tmp_path / "data", batch_interval_s=2) as service:
        partner, operator = service.partner()
        run = run_locust(
            "--host", service.url, "-u", "12", "-r", "6", "-t", "20s", "--csv", str(tmp_path / "load"),
            LOADTEST_KEY=partner.headers["Authorization"].removeprefix("Bearer "), LOADTEST_SEED="7",
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        kept = {path: stored(partner, path) for path in ("/v1/offers", "/v1/requests")}
        until(lambda: stored(partner, "/v1/matches") > 0, "matches of the load's trips", 60)
        partner.close()
        operator.close()
    with (tmp_path / "load_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    assert int(rows["Aggregated"]["Failure Count"]) == 0, run.stdout
    for path in ("/v1/offers", "/v1/requests"):
        posted = int(rows[f"POST {path}"]["Request Count"])
        # What was under way when the time was up is stored too, though nobody waited for the answer.
        assert 0 < posted <= kept[path] <= posted + 12
    assert int(rows["GET /v1/events"]["Request Count"]) > 0


@pytest.mark.parametrize("host", ["https://carpool.example", "http://10.0.0.8:8000", "http://127.0.0.1.nip.io"])
def test_other_machines_are_refused(host):
    run = run_locust("--host", host, "-t", "1s", LOADTEST_KEY="cpk_x")
    assert run.returncode != 0
    assert f"aims at this machine only, not at {host}" in run.stderr + run.stdout


def test_a_key_is_asked_for():
    run = run_locust("--host", "http://127.0.0.1:9", "-t", "1s")
    assert run.returncode != 0
    assert "set LOADTEST_KEY" in run.stderr + run.stdout


def test_the_same_seed_posts_the_same_people():
    program = (
        "from loadtests.locustfile import people; drawn = people('toronto', 7);"
        "print([next(drawn).as_request() for _ in range(600)])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert runs.pop().count("commuter_id") == 600
