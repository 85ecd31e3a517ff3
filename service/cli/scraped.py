"""What a service's `/metrics` tell, and what came between two looks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

_ROLES = ("api", "matcher", "deliverer", "valkey-server")
_BREAKS = str.maketrans("/ ", "\0\0")  # a server may have made one word of all, with blanks
Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Look:
    """Metrics at a moment (seconds of a clock that only goes on), and the processes where they are on this machine."""

    at_s: float
    values: Mapping[tuple[str, Labels], float]
    processes: Mapping[int, Process] = field(default_factory=dict)

    def total(self, name: str, **labels: str) -> float:
        """Return the sum of what a metric has with these labels."""
        wanted = set(labels.items())
        return sum(value for (found, of), value in self.values.items() if found == name and wanted <= of)

    def by(self, name: str, label: str) -> dict[str, float]:
        """Return the sums of a metric by one of its labels."""
        sums: dict[str, float] = {}
        for (found, of), value in self.values.items():
            if found == name:
                key = dict(of).get(label, "")
                sums[key] = sums.get(key, 0.0) + value
        return sums


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the service on this machine."""

    role: str
    cpu_s: float
    rss_mb: float


def read(text: str, at_s: float, processes: Mapping[int, Process]) -> Look:
    """Read Prometheus's text format."""
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return Look(at_s, {(one.name, frozenset(one.labels.items())): one.value for one in samples}, processes)


def per_s(before: Look | None, now: Look, name: str, **labels: str) -> float | None:
    """Return how fast a counter grows; None before there are two looks, or where it was started anew."""
    if before is None or now.at_s <= before.at_s:
        return None
    grown = now.total(name, **labels) - before.total(name, **labels)
    return grown / (now.at_s - before.at_s) if grown >= 0 else None


def quantile_s(before: Look | None, now: Look, name: str, share: float) -> float | None:
    """Return the bound of the bucket in which this share of a histogram's growth lies; None where nothing came."""
    buckets = {bound: now.by(f"{name}_bucket", "le")[bound] for bound in now.by(f"{name}_bucket", "le")}
    earlier = before.by(f"{name}_bucket", "le") if before is not None else {}
    grown = sorted((float(bound), value - earlier.get(bound, 0.0)) for bound, value in buckets.items())
    if not grown or grown[-1][1] <= 0:
        return None
    return next(bound for bound, value in grown if value >= share * grown[-1][1])


def processes_of(pid: int) -> dict[int, Process]:
    """Return the children of a process by their ids, from Linux's /proc; none elsewhere."""
    return dict(_children(pid))


def _children(pid: int) -> Iterator[tuple[int, Process]]:
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            words = stat.with_name("cmdline").read_text().translate(_BREAKS).split("\0")
        except OSError:
            continue  # it has ended
        role = next((role for role in _ROLES if role in words), None)
        if int(fields[1]) == pid and role is not None:
            yield (
                int(stat.parent.name),
                Process(role, (int(fields[11]) + int(fields[12])) / ticks, int(fields[21]) * page / 1e6),
            )
