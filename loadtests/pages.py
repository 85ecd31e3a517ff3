"""Lists of the API, read to their end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx


def everything(client: httpx.Client, collection: str, **query: str) -> Iterator[dict[str, Any]]:
    """Yield all items of a list, page after page. Raises httpx.HTTPStatusError."""
    position: dict[str, str] = {}
    while True:
        answer = client.get(f"/v1/{collection}", params={"limit": "500", **query, **position})
        page = answer.raise_for_status().json()
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        position = {"cursor": page["next_cursor"]}
