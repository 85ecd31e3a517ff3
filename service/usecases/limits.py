"""Who may make how many calls: each key for itself, and each commuter, whatever tokens they have."""

from __future__ import annotations

import hashlib

from service.model.partners import Caller
from service.store.limits import Bucket, Left
from service.usecases.context import Context


async def admit(context: Context, caller: Caller) -> Left | None:
    """Let a call in, or say how long it has to wait; None where no limit is set."""
    bucket = _bucket(context, caller)
    return await context.limits.admit(context.store, bucket, context.clock.now()) if bucket.per_s else None


def _bucket(context: Context, caller: Caller) -> Bucket:
    settings = context.settings
    if caller.commuter_id is None:
        per_s = settings.calls_per_s if caller.calls_per_s is None else caller.calls_per_s
        return Bucket(caller.partner_id, caller.key_id, per_s)
    name = hashlib.sha256(f"{caller.world}\0{caller.commuter_id}".encode()).hexdigest()
    return Bucket(caller.partner_id, name, settings.commuter_calls_per_s)
