"""`carpool demo` from outside: it keeps its promises, its plan passes the referee, and it leaves nothing running."""

import json
import re
import shlex
import signal
import subprocess
from itertools import islice

import httpx
import psutil
import pytest

from matching.check import check
from matching.codec import instance_from_json, plan_from_json
from tests.serving import COMMAND, ROOT, environ
from tests.shared_files import load_module
from tests.waiting import until


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "demo", *arguments], cwd=ROOT, env=environ(speed_kmh=99, batch_interval_s=1), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def family(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


def left_running(processes: list[psutil.Process]) -> list[psutil.Process]:
    return psutil.wait_procs(processes, timeout=10)[1]


@pytest.fixture(scope="module")
def morning(tmp_path_factory):
    """One small morning: where it was written, what it printed, and all processes it had."""
    out = tmp_path_factory.mktemp("demo")
    demo = start("--trips", "300", "--seed", "3", "--out", str(out))
    processes = until(lambda: len(family(demo)) >= 5 and family(demo), "the service's processes", 60)
    shown, told = demo.communicate(timeout=120)
    assert demo.returncode == 0, told
    return out, shown, processes


@pytest.mark.slow
def test_the_table_has_the_promised_rows(morning):
    _, shown, _ = morning
    for row in (
        "Riders served", "Cars off the road", "Driving saved", "CO₂ saved", "Mean detour", "Gap to the proven bound",
        "Webhooks received", "Signatures verified", "Time",
    ):  # fmt: skip
        assert row in shown, row
    served = int(re.search(r"Riders served\W+(\d+)", shown)[1])
    received = int(re.search(r"Webhooks received\W+([\d,]+)", shown)[1].replace(",", ""))
    assert served > 10
    assert received > 2 * served
    assert "0 refused" in shown


@pytest.mark.slow
def test_the_map_is_written_and_named(morning):
    out, shown, _ = morning
    assert (out / "map.html").as_uri() in shown
    assert "around Toronto" in (out / "map.html").read_text("utf-8")


@pytest.mark.slow
def test_the_plan_of_the_first_batch_passes_both_referees(morning):
    out, _, _ = morning
    instance, plan = (json.loads((out / name).read_text()) for name in ("instance.json", "plan.json"))
    assert len(plan["matches"]) > 10
    assert check(instance_from_json(instance), plan_from_json(plan)) == []
    broken, figures = load_module("check_plan").check(instance, plan)
    assert broken == []
    assert figures["served"] == sum(len(match["requests"]) for match in plan["matches"])


@pytest.mark.slow
def test_nothing_is_left_running(morning):
    _, _, processes = morning
    assert not left_running(processes)


@pytest.mark.slow
def test_a_kept_demo_serves_the_lines_it_prints_until_it_is_stopped(tmp_path):
    demo = start("--trips", "60", "--keep", "--out", str(tmp_path))
    curls = list(islice((line.strip() for line in iter(demo.stdout.readline, "") if "curl " in line), 3))
    processes = family(demo)
    try:
        listed, posted, asked = map(sent, curls)
        assert (listed.status_code, listed.json()["items"][0]["status"]) == (200, "confirmed")
        assert (posted.status_code, posted.json()["commuter_id"]) == (201, "you")
        assert (asked.status_code, asked.json()["status"]) == (202, "requested")
    finally:
        demo.send_signal(signal.SIGINT)
        _, told = demo.communicate(timeout=60)
    assert demo.returncode == 0, told
    assert not left_running(processes)


def sent(curl: str) -> httpx.Response:
    """Send what a curl line says."""
    words = shlex.split(curl)[1:]
    values = {flag: [words[n + 1] for n, word in enumerate(words) if word == flag] for flag in ("-H", "-d", "-X")}
    (url,) = (word for word in words if word.startswith("http"))
    (body,) = values["-d"] or [None]
    headers = dict(header.split(": ", 1) for header in values["-H"])
    (method,) = values["-X"] or ["POST" if body else "GET"]
    return httpx.request(method, url, headers=headers, content=body, timeout=30)


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_everything_that_was_started(tmp_path, sent, code):
    demo = start("--trips", "5000", "--out", str(tmp_path))
    processes = until(lambda: len(family(demo)) >= 5 and family(demo), "the service's processes", 60)
    demo.send_signal(sent)
    _, told = demo.communicate(timeout=60)
    assert demo.returncode == code, told
    assert "Traceback" not in told
    assert not left_running(processes)


@pytest.mark.slow
def test_a_killed_demo_takes_its_service_with_it(tmp_path):
    demo = start("--trips", "5000", "--out", str(tmp_path))
    processes = until(lambda: len(family(demo)) >= 5 and family(demo), "the service's processes", 60)
    demo.kill()
    demo.communicate(timeout=60)
    assert not psutil.wait_procs(processes, timeout=40)[1]


def test_a_place_that_can_not_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "taken").write_text("")
    demo = start("--trips", "20", "--out", str(tmp_path / "taken"))
    shown, told = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert shown == ""
    (line,) = told.splitlines()
    assert line.startswith("carpool demo: can not write to ")
    assert line.endswith("taken (File exists): name another folder with --out")
