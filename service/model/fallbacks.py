"""Fall-backs: how somebody gets home whose way back has fallen through on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from service.errors import Fault

FALLBACK = ("label", "phone", "url")
_LONGEST_TEXT = 200


def fallback_faults(fallback: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with a fall-back; an empty one is none, and good."""
    for name, text in fallback.items():
        if name not in FALLBACK:
            yield Fault(f"/fallback/{name}", f"is not of a fall-back; there are {', '.join(FALLBACK)}")
        elif not 1 <= len(text) <= _LONGEST_TEXT:
            yield Fault(f"/fallback/{name}", f"must have 1 to {_LONGEST_TEXT} characters")
    if fallback and "label" not in fallback:
        yield Fault("/fallback/label", "is missing: say what the fall-back is, such as a taxi voucher")
    if not re.match(r"https?://", fallback.get("url", "https://")):
        yield Fault("/fallback/url", "must begin with https:// or http://")
