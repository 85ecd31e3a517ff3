"""What a process asks of the system it runs on."""

from __future__ import annotations

import os
import platform
import re
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


TURNS = """
import ctypes, os, struct, sys, threading
from service.processes import come_last

def turn():
    found = ctypes.create_string_buffer(48)
    assert ctypes.CDLL(None).syscall(int(sys.argv[1]), 0, found, 48, 0) == 0
    _, policy, _, niceness, _, turn_ns, _, _ = struct.unpack("=IIQiIQQQ", found.raw)
    print(policy, niceness - int(sys.argv[2]), turn_ns)

turn()
come_last()
turn()
thread = threading.Thread(target=turn)
thread.start()
thread.join()
sys.stdout.flush()
if os.fork() == 0:
    turn()
    sys.stdout.flush()
    os._exit(0)
os.wait()
"""


def release() -> tuple[int, ...]:
    """Return the version of Linux that runs here, or nothing that is one."""
    return tuple(map(int, re.findall(r"\d+", platform.release())[:2])) if sys.platform == "linux" else ()


@pytest.mark.skipif(
    release() < (6, 12) or platform.machine() not in ("x86_64", "aarch64"), reason="turns are as long as ever there"
)
def test_who_comes_last_has_little_weight_and_long_turns_and_all_that_it_starts_has() -> None:
    """Linux says of a thread what turns it asked for."""
    number = {"x86_64": 315, "aarch64": 275}[platform.machine()]
    words = [sys.executable, "-c", TURNS, str(number), str(os.getpriority(os.PRIO_PROCESS, 0))]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    before, *after = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert before[1] == 0
    assert before[2] < 100_000_000
    assert after == [(before[0], min(10, 19 - os.getpriority(os.PRIO_PROCESS, 0)), 100_000_000)] * 3
