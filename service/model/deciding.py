"""When a market's trips are decided: at once, some time before they leave, or at a time of the day before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Literal

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LONGEST_LEAD_S = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Decide:
    """From when on batches match a trip: `lead_s` before its earliest departure, or `daily` at HH:MM of the day before.

    Neither: at once. What is posted later than that is matched at once.
    """

    lead_s: int | None = None
    daily: str | None = None

    def opens_at(self, earliest_departure: datetime, zone: tzinfo) -> datetime | None:
        """Return from when on a trip is matched; None: at once.

        `daily` is by the wall clock of `zone`, on the day before that on which the trip leaves there. A time that the
        clock leaves out is taken as far behind the hour before, one that it repeats the first time (PEP 495).
        """
        if self.lead_s is not None:
            return earliest_departure - timedelta(seconds=self.lead_s)
        if self.daily is None:
            return None
        day = earliest_departure.astimezone(zone).date() - timedelta(days=1)
        return datetime.combine(day, time.fromisoformat(self.daily), zone)

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with it."""
        if self.lead_s is not None and not 0 <= self.lead_s <= _LONGEST_LEAD_S:
            yield f"lead_s must be 0 to {_LONGEST_LEAD_S} seconds"
        if self.daily is not None and not _TIME.fullmatch(self.daily):
            yield "daily must be a time of the day, such as 20:00"

    def document(self) -> Literal["at_once"] | dict[str, Any]:
        """Return it as it is kept and read."""
        said = {"lead_s": self.lead_s, "daily": self.daily}
        return {name: value for name, value in said.items() if value is not None} or "at_once"


AT_ONCE = Decide()


def decide_from(doc: str | Mapping[str, Any] | None) -> Decide:
    """Return the policy of its document."""
    return Decide(**doc) if isinstance(doc, Mapping) else AT_ONCE
