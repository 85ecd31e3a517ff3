"""The fields of a record as the store's functions and its commands take them."""

from __future__ import annotations

from collections.abc import Mapping


def flat(fields: Mapping[str, str]) -> list[str]:
    """Return names and values in turn."""
    return [text for pair in fields.items() for text in pair]
