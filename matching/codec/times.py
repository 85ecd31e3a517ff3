"""RFC 3339 times to epoch seconds and back."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def parse_time(text: str, *, round_up: bool) -> int:
    """Return the epoch seconds of an RFC 3339 time; a fraction is rounded into the window it bounds.

    Raises
    ------
    ValueError
        If the text is no RFC 3339 time with an offset; the message says what is wrong.
    """
    found = _RFC_3339.fullmatch(text)
    if not found:
        hint = "has no offset from UTC" if _RFC_3339.fullmatch(text + "Z") else "is no RFC 3339 time"
        raise ValueError(f"{text[:40]!r} {hint}; write it like 2026-11-24T07:30:00+01:00")
    try:
        at = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"{text[:40]!r} is no time of the calendar: {error}") from None
    since = at - _EPOCH
    whole = since // _SECOND
    # Digits beyond microseconds are cut by the parser; a fraction that vanished still rounds up.
    fraction = since % _SECOND or (found[1] and float(found[1]) > 0)
    return whole + 1 if round_up and fraction else whole


def format_time(epoch_s: int) -> str:
    """Return an RFC 3339 time in UTC."""
    return (_EPOCH + timedelta(seconds=math.floor(epoch_s))).isoformat()
