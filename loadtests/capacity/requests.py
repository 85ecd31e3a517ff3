"""Requests as bytes: people of one morning, each as often as is asked for under a new idempotency key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from loadtests.capacity.people import commuters


def get(path: str, key: str | None = None) -> bytes:
    """Return a GET, under a key where it needs one."""
    credentials = f"authorization: Bearer {key}\r\n" if key else ""
    return f"GET {path} HTTP/1.1\r\nhost: bench\r\n{credentials}\r\n".encode()


def post(path: str, key: str, body: dict[str, Any], idempotency_key: str | None = None) -> bytes:
    """Return a POST as a partner's server sends it."""
    return _Post(path, key, body).under(idempotency_key)


def offers(key: str) -> Iterator[bytes]:
    """Yield offers without end, each a new one."""
    drivers = [_Post("/v1/offers", key, person.as_offer()) for person in commuters() if person.offers]
    for n in count():
        yield drivers[n % len(drivers)].under(f"bench-{n}")


class _Post:
    def __init__(self, path: str, key: str, body: dict[str, Any]) -> None:
        self._body = json.dumps(body).encode()
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(self._body)}\r\n"
        ).encode()

    def under(self, idempotency_key: str | None) -> bytes:
        name = f"idempotency-key: {idempotency_key}\r\n".encode() if idempotency_key is not None else b""
        return b"%b%b\r\n%b" % (self._head, name, self._body)
