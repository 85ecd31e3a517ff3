"""The README's tour, run as it stands."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.serving import ROOT, environ
from tests.waiting import until


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the tour's shell lines are tried on Linux")
def test_the_five_minute_tour_ends_with_a_confirmed_match(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh tour\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 5
    ports = {"8000": free_port(), "9000": free_port()}
    script = "\n".join(blocks).replace("carpool serve", "carpool serve --port 8000")
    script = re.sub("8000|9000", lambda found: ports[found[0]], script)
    script = script.replace("./carpool-data", str(tmp_path / "data")).replace("openapi/", f"{ROOT}/openapi/")
    log = tmp_path / "tour.log"
    with log.open("w") as output:
        tour = subprocess.Popen(
            ["bash", "-euc", f'carpool() {{ "{sys.executable}" -m service "$@"; }}\n{script}\nwait'],
            cwd=ROOT, env=environ(), stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        try:
            until(lambda: "verified match.confirmed" in log.read_text(), "verified match.confirmed", 90)
            assert "verified ping" in log.read_text()
        finally:
            family = psutil.Process(tour.pid).children(recursive=True)
            os.killpg(tour.pid, signal.SIGTERM)
            tour.wait(30)
            _, left = psutil.wait_procs(family, timeout=40)
            assert not left


def free_port() -> str:
    """Return a port that nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])
