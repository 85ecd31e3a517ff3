"""No kernel is left for a batch to compile."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LOOK = """
import json, sys, time
from numba.core.dispatcher import Dispatcher
from matching import Deadline, instance_from_json, solve, warm_up
from tests.matching import hostile
from tests.shared_files import load_module

def compiled():
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("matching")]
    kernels = [it for module in ours for it in vars(module).values() if isinstance(it, Dispatcher)]
    return {f"{kernel.py_func.__name__}{signature}" for kernel in kernels for signature in kernel.overloads}

warm_up()
before = compiled()
days = [getattr(hostile, name)() for name in sys.argv[1:]]
for options in ({"trips": 300}, {"trips": 400, "rich": True}, {"trips": 400, "rich": True, "evening": True}):
    days.append(instance_from_json(load_module("make_instance").draw(seed=5, **options)))
for day in days:
    solve(day, Deadline(time.monotonic, 1.0))
print(json.dumps([len(before), sorted(compiled() - before)]))
"""
DAYS = ("car_that_nobody_fits", "everyone_at_one_place", "requests_for_one_car", "walkers", "vans")


@pytest.mark.timeout(300)
def test_all_kernels_are_there_after_warming_up() -> None:
    """In a process of its own, as others' kernels would hide what is missing."""
    seen = subprocess.run([sys.executable, "-c", LOOK, *DAYS], capture_output=True, text=True, check=True)
    before, compiled_later = json.loads(seen.stdout)
    assert before >= 8
    assert compiled_later == []
