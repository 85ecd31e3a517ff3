"""What follows an attempt: done, again at a later time, or the end. Pure; the random draw is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

JITTER = 0.2
LONGEST_ASKED_S = 3600.0
FAILING_FOR = timedelta(days=5)

Step = Literal["done", "again", "end", "gone"]


@dataclass(frozen=True, slots=True)
class Next:
    """The step to take and, for "again", in how many seconds."""

    step: Step
    after_s: float = 0.0


def next_step(
    made: int, status: int | None, retry_after_s: float | None, draw: float, schedule_s: Sequence[float]
) -> Next:
    """Judge the attempt just made.

    `made`: attempts so far, this one included. `status`: of the answer, None where there was none.
    `retry_after_s`: what the receiver asked for; it is given what it asks for, up to an hour, and never less than the
    schedule says. `draw`: uniform in [0, 1).
    """
    if status is not None and 200 <= status < 300:
        return Next("done")
    if status == 410:
        return Next("gone")
    if made > len(schedule_s):
        return Next("end")
    base = schedule_s[made - 1] * (1 + JITTER * (2 * draw - 1))
    return Next("again", max(base, min(retry_after_s or 0.0, LONGEST_ASKED_S)))


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110: a number or a date), None for none."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if at.tzinfo is None:
        return None
    return max(0.0, (at - now).total_seconds())
