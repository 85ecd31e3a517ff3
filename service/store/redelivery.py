"""Owe an endpoint again what it did not take, or did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service.clock import to_ms
from service.errors import NotFound, WrongState
from service.store import keys
from service.store.client import Store
from service.store.once import Once, once_arguments, replayed

MOST_AT_ONCE = 100  # entries a call, which blocks the server while it runs
_ATTEMPTS_KEPT = 8  # of earlier rounds of a delivery that begins anew


class NotInLog(Exception):
    """An entry is not in the log, or no longer."""

    def __init__(self, entry: str) -> None:
        super().__init__(entry)
        self.entry = entry


async def redeliver(
    store: Store, owner: str, endpoint_id: str, entries: Sequence[str], now: datetime, once: Once | None,
    *, delivered: bool, before: int = 0,
) -> tuple[int, str | None]:  # fmt: skip
    """Owe entries that are not owed, each once; returns how many, with those `before`, and a repeat's first answer.

    `delivered`: also those that were taken; every one has to be there then. What `once` has as its answer is kept
    behind that number. Raises NotFound, WrongState, NotInLog, KeyReused.
    """
    answer = await store.call("redeliver", keys.partner_tag(owner), {
        "endpoint": endpoint_id, "entries": list(entries), "delivered": delivered, "before": before,
        "keep": _ATTEMPTS_KEPT, "now_ms": str(to_ms(now)), **once_arguments(once),
    })  # fmt: skip
    if answer[0] == "missing":
        raise NotFound("webhook endpoint", endpoint_id)
    if answer[0] == "disabled":
        raise WrongState(endpoint_id, "disabled", "a delivery", "enable it first")
    if answer[0] == "unknown":
        raise NotInLog(answer[1])
    first = replayed(answer)
    return (0, first) if first is not None else (int(answer[1]), None)
