"""Runs of the matcher, as operators read them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from service.clock import rfc3339

BatchStatus = Literal["requested", "running", "completed", "failed"]
Places = Literal["exact", "coarse"]  # of the trips in a certificate


@dataclass(frozen=True, slots=True)
class Batch:
    """One run of the matcher over a market's open trips."""

    id: str
    market: str
    status: BatchStatus
    created_at: datetime
    version: int = 1
    started_at: datetime | None = None
    finished_at: datetime | None = None
    offers: int = 0
    requests: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    timing_s: dict[str, float] = field(default_factory=dict)
    score: int | None = None
    bound: int | None = None
    bound_scope: str | None = None
    matches: int = 0
    riders: int = 0
    withdrawn: int = 0
    detail: str | None = None

    @property
    def gap(self) -> float | None:
        """Share of the bound that the plan may have left on the table."""
        if self.score is None or self.bound is None:
            return None
        return round((self.bound - self.score) / self.bound, 6) if self.bound > 0 else 0.0

    def document(self) -> dict[str, Any]:
        """Return the resource as operators read it."""
        instants = {name: getattr(self, name) for name in ("created_at", "started_at", "finished_at")}
        return {
            "id": self.id, "status": self.status, "version": self.version, "market": self.market,
            **{name: at and rfc3339(at) for name, at in instants.items()},
            "offers": self.offers, "requests": self.requests, "sizes": self.sizes, "timing_s": self.timing_s,
            "score": self.score, "bound": self.bound, "bound_scope": self.bound_scope, "gap": self.gap,
            "matches": self.matches, "riders": self.riders, "withdrawn": self.withdrawn, "detail": self.detail,
        }  # fmt: skip


_FIELDS = frozenset(field.name for field in fields(Batch))


def batch_from_document(doc: dict[str, Any]) -> Batch:
    """Return the batch of its own document; fields that a later version wrote are passed over."""
    kept = {name: value for name, value in doc.items() if name in _FIELDS}
    for name in ("created_at", "started_at", "finished_at"):
        kept[name] = datetime.fromisoformat(kept[name]) if kept[name] else None
    return Batch(**kept)
