"""Reports in the store, under the log of the reporter's partner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from service.clock import to_ms
from service.model.reports import MOST_REPORTS, Report
from service.store import keys
from service.store.client import Store
from service.store.once import Once, once_arguments, replayed


async def put_report(
    store: Store, log: str, report: Report, event: Mapping[str, str], now: datetime, once: Once | None
) -> str | None:
    """Keep a report and tell its partner; returns the first answer where its idempotency key was seen, else None.

    Raises KeyReused.
    """
    return replayed(await store.call("put_report", keys.partner_tag(log), {
        "commuter": report.commuter_id, "id": report.id, "report": orjson.dumps(report.document()).decode(),
        "most": MOST_REPORTS, "now_ms": str(to_ms(now)), "event": dict(event), **once_arguments(once),
    }))  # fmt: skip


async def reports_of(store: Store, log: str, commuter_id: str) -> list[dict[str, Any]]:
    """Return what a commuter has reported, oldest first."""
    found = await store.read(lambda redis: redis.hgetall(keys.REPORTS(keys.partner_tag(log), commuter_id)))
    return [orjson.loads(found[id_]) for id_ in sorted(found)]
