"""``Idempotency-Key``: the same key and body get the first answer again, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Header
from starlette.requests import Request

from service.api.bodies import read_bytes
from service.errors import Fault, Invalid
from service.store.once import Once

_STAYS = "/v1/webhook-endpoints"
# Of what a header can hold. HTTP has no spaces at the ends of a field.
_PRINTABLE = "^[!-~\u00a1-\u00ac\u00ae-\u00ff](?:[ -~\u00a1-\u00ac\u00ae-\u00ff]*[!-~\u00a1-\u00ac\u00ae-\u00ff])?$"
OnceFor = Callable[[bytes], Once | None]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", max_length=255, json_schema_extra={"pattern": _PRINTABLE, "minLength": 1},
        description="Any text of yours; a repeat within 24 h gets the first answer with `Idempotent-Replayed`.",
    ),
]  # fmt: skip


async def once_for(request: Request, key: Key = None) -> OnceFor:
    """Return what keeps an answer under this request's key; it keeps nothing where no key was sent."""
    name = name_of(request, key)
    if name is None:
        return lambda _: None
    asked = asked_of(request)
    asked.update(await read_bytes(request))
    return lambda answer: Once(name, asked.hexdigest(), answer.decode())


def name_of(request: Request, key: str | None) -> str | None:
    """Return the hash that a key is kept by, None for none. Raises Invalid."""
    if key is not None and not (key and key.isprintable()):
        raise Invalid(Fault("Idempotency-Key", "must be 1 to 255 printable characters"))
    if key is None:
        return None
    # What was answered in a sandbox before it was emptied is no answer any more, but of its endpoints, which stay.
    emptied = 0 if request.url.path.startswith(_STAYS) else getattr(request.state, "emptied", 0)
    # A commuter's keys are their own: another's answer is nothing for them, and no partner's key has a NUL in it.
    commuter_id = request.state.caller.commuter_id
    own = [] if commuter_id is None else ["", commuter_id]
    return hashlib.sha256("\0".join([*own, *([str(emptied)] if emptied else []), key]).encode()).hexdigest()


def asked_of(request: Request) -> hashlib._Hash:
    """Return the hash of what a request asks, to which its body is yet to be added."""
    return hashlib.sha256(request.url.path.encode() + b"\0")
