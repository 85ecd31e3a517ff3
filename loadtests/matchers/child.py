"""One run of one method in a process of its own, so that its peak memory is its own.

usage: python -m loadtests.matchers.child METHOD INSTANCE.json ANSWER.json [LIMIT_S]
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from loadtests.matchers.answers import NoPlan
from loadtests.matchers.methods import method_of
from matching import MatchingError, instance_from_json, plan_to_json

_SHARE_OF_MEMORY = 0.9


def main() -> None:
    """Run it and write the answer."""
    name, instance_path, answer_path, *limit = sys.argv[1:]
    _stay_within_memory()
    instance = instance_from_json(json.loads(Path(instance_path).read_text()))
    method = method_of(name)
    method.warm_up()
    before_mb = _peak_mb()
    before_s = _processor_s()
    start = time.perf_counter()
    try:
        answer = method.run(instance, float(limit[0]) if limit else None)
    except (NoPlan, MatchingError) as reason:
        sys.exit(str(reason))
    seconds = time.perf_counter() - start
    document = {
        "seconds": seconds,
        "processor_s": _processor_s() - before_s,
        "stages_s": answer.stages_s,
        "trace": answer.trace,
        "peak_mb": _peak_mb(),
        "before_mb": before_mb,
        "mended": answer.mended,
        "pairs": answer.plan.sizes.get("candidates"),
        "plan": plan_to_json(answer.plan),
    }
    Path(answer_path).write_text(json.dumps(document))


def _stay_within_memory() -> None:
    """Let this process fail when it asks for more than the machine has, instead of taking the machine with it."""
    if sys.platform == "linux":
        most = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _SHARE_OF_MEMORY)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _processor_s() -> float:
    """Return the processor seconds of this process, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(times.ru_utime + times.ru_stime for times in used)


def _peak_mb() -> float:
    """Return this process's peak of resident memory; ``ru_maxrss`` alone starts at its parent's on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        peak_kb = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak_kb) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
