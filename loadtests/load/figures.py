"""What a run came to: of its calls, of the service meanwhile, and of what was found at its end."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from loadtests.capacity.client import percentile
from loadtests.load.record import Call, Headcount
from loadtests.load.watch import STORE, Sample

_EVENTS = "event "
_POINTS = 120  # of a plot, at most
_SETTLED = 0.5  # of the run: from then on memory should not grow


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Calls of one name."""

    name: str
    count: int
    refused: int
    failed: int
    p50_ms: float
    p99_ms: float
    most_ms: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of a run, `at_s` after its beginning."""

    at_s: float
    users: float
    per_s: float
    refused_per_s: float
    failed_per_s: float
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found when the load had gone. None: it was not looked for."""

    missing_webhooks: int | None = None
    missing_acknowledged: int | None = None
    contradictions: int | None = None
    acknowledged: int = 0
    events: int = 0
    sentences: tuple[str, ...] = ()
    tally: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it."""

    seconds: float
    calls: Sequence[CallFigures]
    moments: Sequence[Moment]
    samples: Sequence[Sample]
    found: Found
    kept: Sequence[dict[str, int]] = ()

    @property
    def requests(self) -> list[CallFigures]:
        """The calls of the API, without how long events took."""
        return [call for call in self.calls if _is_of_api(call.name)]

    def measured(self) -> dict[str, float | None]:
        """Return what goals are about, by their names; None where nothing was measured."""
        requests = self.requests
        total = sum(call.count for call in requests)
        ages = [sample.look_age_s for sample in self.samples if sample.look_age_s is not None]
        return {
            "error_rate": sum(call.failed for call in requests) / total if total else None,
            "refused_rate": sum(call.refused for call in requests) / total if total else None,
            "missing_webhooks": self.found.missing_webhooks, "missing_acknowledged": self.found.missing_acknowledged,
            "contradictions": self.found.contradictions, "look_age_s": max(ages, default=None),
            "rss_growth": _growth(self.samples),
        }  # fmt: skip

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def figures_of(
    calls: Iterable[Call], users: Iterable[Headcount], webhook_delays_s: Sequence[float], samples: Sequence[Sample],
    found: Found, kept: Sequence[dict[str, int]] = (),
) -> Figures:  # fmt: skip
    """Return what the notes of a run come to. `webhook_delays_s`: at endpoints that answer well."""
    every = sorted(calls)
    heads = sorted(users)
    began = min([each[0].at_s for each in (every, heads) if each], default=0.0)
    ended = max([each[-1].at_s for each in (every, heads) if each], default=0.0)
    took: dict[str, array[float]] = defaultdict(lambda: array("f"))
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for call in every:
        took[call.name].append(call.took_ms)
        outcomes[call.name][call.outcome] += 1
    if webhook_delays_s:
        took["event by webhook"].extend(1000 * delay for delay in webhook_delays_s)
    return Figures(
        ended - began, [_of_calls(name, took[name], outcomes[name]) for name in sorted(took)],
        _moments(every, heads, began, ended), samples, found, kept,
    )  # fmt: skip


def _is_of_api(name: str) -> bool:
    return not name.startswith(_EVENTS)


def _of_calls(name: str, took_ms: Sequence[float], outcomes: Counter[str]) -> CallFigures:
    return CallFigures(
        name, len(took_ms), outcomes["refused"], outcomes["failed"], percentile(took_ms, 50), percentile(took_ms, 99),
        max(took_ms),
    )  # fmt: skip


def _moments(calls: Sequence[Call], heads: Sequence[Headcount], began: float, ended: float) -> list[Moment]:
    step_s = max(1.0, (ended - began) / _POINTS)
    stretches: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        if _is_of_api(call.name):
            stretches[int((call.at_s - began) / step_s)].append(call)
    crowd: dict[int, list[int]] = defaultdict(list)
    for head in heads:
        crowd[int((head.at_s - began) / step_s)].append(head.users)
    return [_moment(n * step_s, step_s, stretches[n], crowd[n]) for n in range(int((ended - began) / step_s))]


def _moment(at_s: float, step_s: float, calls: Sequence[Call], crowd: Sequence[int]) -> Moment:
    outcomes = Counter(call.outcome for call in calls)
    took_ms = [call.took_ms for call in calls]
    return Moment(
        at_s, sum(crowd) / len(crowd) if crowd else 0.0, len(calls) / step_s, outcomes["refused"] / step_s,
        outcomes["failed"] / step_s, percentile(took_ms, 50) if took_ms else None,
        percentile(took_ms, 99) if took_ms else None,
    )  # fmt: skip


def _growth(samples: Sequence[Sample]) -> float | None:
    """Return by how much the role that grew most did so in the second half of a run: its last third by its first.

    The store is left out: it keeps what it is given.
    """
    late = [sample.rss_mb for sample in samples[int(len(samples) * _SETTLED) :] if sample.rss_mb]
    third = len(late) // 3
    if not third:
        return None
    roles = set.intersection(*(set(one) for one in late)) - {STORE}
    grown = [
        median(one[role] for one in late[-third:]) / median(one[role] for one in late[:third]) - 1 for role in roles
    ]
    return max(grown, default=None)
