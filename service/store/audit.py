"""The record of administrative acts: each is noted in the step that does it, under the tag of what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from service.clock import from_ms, rfc3339, to_ms
from service.ids import PREFIXES, from_base32
from service.model.events import log_id, place
from service.store import keys
from service.store.client import Store
from service.store.listing import Page, PageOf

MARKETS = "markets"  # in the place of a partner's id


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was administered: who did what to what, and when. `details` never hold a secret."""

    by: str
    what: str
    target: str
    at: datetime
    details: dict[str, Any] = field(default_factory=dict)
    id: str = ""

    def as_argument(self) -> dict[str, str]:
        """Return what the store's functions take."""
        details = orjson.dumps(self.details).decode()
        at_ms = str(to_ms(self.at))
        return {"by": self.by, "what": self.what, "target": self.target, "at_ms": at_ms, "details": details}

    def document(self) -> dict[str, Any]:
        """Return the act as operators read it."""
        return {
            "id": self.id, "at": rfc3339(self.at), "by": self.by, "what": self.what, "target": self.target,
            "details": self.details,
        }  # fmt: skip


async def acts(store: Store, partner_ids: Sequence[str], page: PageOf) -> Page[Act]:
    """Return the newest acts on these partners, their keys, and with MARKETS on markets."""
    highest = "+" if page.cursor is None else _place(page.cursor)
    lowest = "-" if page.since is None else str(to_ms(page.since))

    def fill(pipe: Any) -> None:
        for owner in partner_ids:
            pipe.xrevrange(keys.AUDIT(_tag(owner)), highest, lowest, count=page.limit + 2)

    found = await store.pipeline(fill) if partner_ids else []
    every = [_act(owner, *row) for owner, rows in zip(partner_ids, found, strict=True) for row in rows]
    older = sorted((act for act in every if page.cursor is None or act.id < page.cursor), key=lambda act: act.id)[::-1]
    more = len(older) > page.limit
    return Page(older[: page.limit], older[page.limit - 1].id if more else None)


def _tag(owner: str) -> str:
    return keys.STORE_TAG if owner == MARKETS else keys.partner_tag(owner)


def _place(cursor: str) -> str:
    number = from_base32(cursor.removeprefix(f"{PREFIXES['act']}_")) or 0
    return f"{number >> 82}-{number >> 40 & ((1 << 42) - 1)}"


def _act(owner: str, entry: str, fields: dict[str, str]) -> Act:
    return Act(
        by=fields["by"], what=fields["what"], target=fields["target"], at=from_ms(place(entry)[0]),
        details=orjson.loads(fields["details"]), id=log_id(PREFIXES["act"], owner, entry),
    )  # fmt: skip
