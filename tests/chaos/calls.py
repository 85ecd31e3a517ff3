"""Calls as a good client makes them: with an idempotency key, again until there is an answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import httpx

_PATIENCE_S = 90.0


class Refused(AssertionError):
    """An answer that a client does not have to expect."""


class Calls:
    """One client's calls. `seen` counts, over all clients of a load, what came instead of an answer."""

    def __init__(self, url: str, key: str, seen: Counter[str], lock: threading.Lock) -> None:
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        self._seen = seen
        self._lock = lock

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self, method: str, path: str, body: Any = None, key: str | None = None, expected: tuple[int, ...] = (200, 201)
    ) -> httpx.Response:
        """Send until there is an answer other than 503. Raises Refused where it is none of those expected."""
        deadline = time.monotonic() + _PATIENCE_S
        headers = {"Idempotency-Key": key} if key else {}
        while time.monotonic() < deadline:
            try:
                answer = self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                self._note(type(error).__name__)
            else:
                if answer.status_code in expected:
                    return answer
                if answer.status_code != 503:
                    raise Refused(f"{method} {path}: {answer.status_code} {answer.text}")
                self._note("503")
                if not answer.headers.get("Retry-After"):
                    raise Refused(f"{method} {path}: 503 without Retry-After")
            time.sleep(0.1)
        raise Refused(f"{method} {path}: no answer within {_PATIENCE_S} s")

    def _note(self, what: str) -> None:
        with self._lock:
            self._seen[what] += 1
