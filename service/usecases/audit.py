"""Who administered what: noted with each act, read by operators."""

from __future__ import annotations

from typing import Any

from service.ids import is_id
from service.store import audit
from service.store import partners as store_partners
from service.store.audit import MARKETS, Act
from service.store.listing import Page, PageOf
from service.usecases.context import Context


def act(context: Context, what: str, target: str, **details: Any) -> Act:
    """Return an act of whoever acts in this context, now."""
    return Act(context.actor, what, target, context.live.clock.now(), details)


async def list_acts(context: Context, page: PageOf, partner_id: str | None = None) -> Page[Act]:
    """Return a page of acts, newest first: on everything, or on one partner and its keys."""
    if partner_id is not None:
        owners = [partner_id] if is_id(partner_id, "partner") else []
    else:
        owners = [MARKETS, *await store_partners.partner_ids(context.store)]
    return await audit.acts(context.store, owners, page)
