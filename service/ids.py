"""Prefixed ids that sort by the time they were made (UUID version 7, RFC 9562, in Crockford's base 32)."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from string import ascii_lowercase, digits
from typing import Annotated

import uuid_utils
from pydantic import Field

from service.clock import to_ms

_ANY_DIGIT = "[0-9a-hjkmnp-tv-z]"  # as a regular expression has it
_DIGITS = "".join(re.findall(_ANY_DIGIT, digits + ascii_lowercase))  # by what they are worth
_LENGTH = 26
PREFIXES = {
    "offer": "off", "request": "req", "series": "ser", "match": "mat", "batch": "bat", "endpoint": "whe",
    "delivery": "dlv", "key": "key", "partner": "par", "event": "evt", "token": "tok", "act": "aud", "report": "rep",
    "import": "imp",
}  # fmt: skip
MOST_MARKETS = 1 << 12  # numbers that the last bits of an id have room for
_FORM = re.compile(rf"({'|'.join(PREFIXES.values())})_{_ANY_DIGIT}{{{_LENGTH}}}")


def new_id(kind: str, market: int = 0, ahead_ms: int = 0) -> str:
    """Return a fresh id for a `kind` of `PREFIXES`, e.g. ``off_06f…``, with a market's number in its last bits.

    They are the least of the random ones: ids of one millisecond still sort as they were made. `ahead_ms`: how far the
    time that it sorts by is ahead of the machine's.
    """
    made = uuid_utils.uuid7().int + (ahead_ms << 80)  # the time is in front of 80 other bits
    return f"{PREFIXES[kind]}_{base32(made & -MOST_MARKETS | market)}"


def id_pattern(kind: str) -> str:
    """Return the regular expression, as JSON Schema takes it, of ids of a kind."""
    return f"^{PREFIXES[kind]}_{_ANY_DIGIT}{{{_LENGTH}}}$"


DeliveryId = Annotated[str, Field(pattern=id_pattern("delivery"))]
EventId = Annotated[str, Field(pattern=id_pattern("event"))]
PartnerId = Annotated[str, Field(pattern=id_pattern("partner"))]
SeriesId = Annotated[str, Field(pattern=id_pattern("series"))]


def market_number(id_: str) -> int:
    """Return the number of the market that an id names; one made before ids named any may name any."""
    return (from_base32(id_[-_LENGTH:]) or 0) & (MOST_MARKETS - 1)


def is_id(text: str, kind: str) -> bool:
    """Tell whether `text` has the form of an id of this kind."""
    return text.startswith(f"{PREFIXES[kind]}_") and _FORM.fullmatch(text) is not None


def first_id_at(kind: str, instant: datetime) -> str:
    """Return the least id of a kind that could have been made at `instant`; ids sort by time."""
    return f"{PREFIXES[kind]}_{base32(to_ms(instant) << 80)}"


def from_base32(text: str) -> int | None:
    """Return the number of 26 digits, None where they are none."""
    if len(text) != _LENGTH or not set(text) <= set(_DIGITS):
        return None
    number = 0
    for digit in text:
        number = number << 5 | _DIGITS.index(digit)
    return number


def new_secret() -> str:
    """Return 256 bits of secret, URL-safe."""
    return secrets.token_urlsafe(32)


def base32(number: int) -> str:
    """Return the 26 digits of a number below 2**130; they sort as the numbers do."""
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
