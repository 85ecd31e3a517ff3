"""What the figures were measured on and with."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def describe_machine(libraries: Sequence[str]) -> dict[str, str]:
    """Return processor, memory, system, and versions of Python and of those libraries that are there."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: found for name in libraries if (found := _version(name))},
    }


def told_of(machine: dict[str, str]) -> str:
    """Return in one sentence what `describe_machine` has found."""
    words = [value if name in {"processor", "system"} else f"{name} {value}" for name, value in machine.items()]
    return f"Measured on: {'; '.join(words)}."


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
