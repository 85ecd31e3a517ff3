"""Versions as entity tags: ``ETag`` on answers, ``If-Match`` on changes (RFC 9110)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from service.errors import Fault, Invalid


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


async def if_match(
    value: Annotated[
        str | None, Header(alias="If-Match", description='The version you last read, as its ETag: `"3"`.')
    ] = None,
) -> int | None:
    """Return the version that the caller says is the current one, None where any will do."""
    if value is None or value.strip() == "*":
        return None
    text = value.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Invalid(Fault("If-Match", 'must be one entity tag of ours, such as "3"'))
    return int(text)
