"""What a process asks of the system it runs on."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = "import resource; from service.processes import allow_open_files; allow_open_files({}); print({})"
LIMITS = "*resource.getrlimit(resource.RLIMIT_NOFILE)"


@pytest.mark.parametrize(("wanted", "found"), [(500, 500), (100, 200), (9000, 800)])
def test_open_files_are_allowed_as_far_as_the_system_goes(wanted: int, found: int) -> None:
    limited = f'ulimit -Sn 200; ulimit -Hn 800; exec "$0" -c "{ASK.format(wanted, LIMITS)}"'
    done = subprocess.run(["bash", "-c", limited, sys.executable], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(found), "800"]


INTERRUPTED = """
import random, signal
from service.processes import Ending
for _ in range(400):
    end = Ending()
    signal.signal(signal.SIGALRM, lambda number, frame: end.say())
    signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 6e-5))
    while not end.wait(0.00002):
        pass
    assert end.is_said()
"""


def test_a_signal_at_any_moment_of_waiting_ends_it() -> None:
    subprocess.run([sys.executable, "-c", INTERRUPTED], check=True, timeout=60)
