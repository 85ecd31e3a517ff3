"""Locust on the file itself refuses to aim elsewhere; what it is told is read with care; a seed draws the same."""

import os
import subprocess
import sys
from itertools import islice

import pytest

from loadtests.load.given import given_by, is_loopback, refusal
from loadtests.load.people import people
from service.clock import SystemClock
from tests.serving import ROOT


def test_locust_ends_before_its_first_request_where_it_aims_elsewhere():
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py"), "--headless"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOADTEST_", "LOCUST_"))}
    run = subprocess.run(
        [*command, "--host", "https://carpool.example", "-t", "1s"], capture_output=True, text=True, timeout=120,
        check=False, env=clean | {"PYTHONPATH": str(ROOT), "LOADTEST_KEY": "cpk_x", "LOADTEST_SHAPE": "morning"},
    )  # fmt: skip
    assert run.returncode != 0
    assert "aims at this machine only, not at https://carpool.example" in run.stderr + run.stdout


@pytest.mark.parametrize(("url", "here"), [
    ("http://127.0.0.1:8000", True), ("http://[::1]:8000", True), ("http://localhost:8000", True),
    ("http://10.0.0.8:8000", False), ("http://127.0.0.1.nip.io", False), ("https://carpool.example", False),
    ("http://localhost.example", False), ("http://0x7f000001.example", False), ("", False),
])  # fmt: skip
def test_loopback_is_told_by_the_address_alone(url, here):
    assert is_loopback(url) is here


def test_a_key_is_asked_for_and_other_machines_are_for_who_says_so():
    assert "set LOADTEST_KEY" in refusal(given_by({}), ["http://127.0.0.1:8000"])
    known = {"LOADTEST_KEY": "cpk_x,cpk_y"}
    assert refusal(given_by(known), ["http://127.0.0.1:8000"]) is None
    assert "not at http://10.0.0.8" in refusal(given_by(known), ["http://10.0.0.8"])
    assert refusal(given_by(known | {"LOADTEST_ALLOW_REMOTE": "1"}), ["http://10.0.0.8"]) is None


@pytest.mark.parametrize(("name", "value", "said"), [
    ("SHAPE", "storm", "storm is none of morning, stadium"), ("CITY", "atlantis", "atlantis is none of"),
])  # fmt: skip
def test_what_there_is_none_of_is_named(name, value, said):
    with pytest.raises(SystemExit, match=said):
        given_by({f"LOADTEST_{name}": value})


def test_the_same_seed_posts_the_same_people():
    runs = [[person.as_request() for person in islice(people("toronto", 7, SystemClock()), 600)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len({trip["commuter_id"] for trip in runs[0]}) == 600
