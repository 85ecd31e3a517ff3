"""Reports: what a person says of another whom they were to ride with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

ReportKind = Literal["harassment", "threat", "discrimination", "dangerous_driving", "intoxication", "fraud", "other"]
MOST_REPORTS = 100  # of a commuter that are kept, the newest


@dataclass(frozen=True, slots=True)
class Report:
    """What a commuter reports of who had a trip in a match of theirs; `created_at`: RFC 3339."""

    id: str
    commuter_id: str
    match_id: str
    about_trip_id: str
    kind: ReportKind
    text: str
    created_at: str

    def document(self) -> dict[str, Any]:
        """Return it as the reporter's partner reads it."""
        return asdict(self)

    def about(self) -> dict[str, Any]:
        """Return it as the partner of who is reported reads it: without the reporter, and what they wrote."""
        return {**asdict(self), "commuter_id": None, "text": None}

    def receipt(self) -> dict[str, Any]:
        """Return what a report is answered with, which is kept for an idempotency key: it tells of nobody."""
        return {name: value for name, value in asdict(self).items() if name not in ("commuter_id", "text")}
