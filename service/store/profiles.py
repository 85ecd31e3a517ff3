"""Commuters' profiles in the store, under the log of their partner, or of its sandbox."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson

from service.clock import from_ms, to_ms
from service.model.blocks import Person
from service.model.events import log_owner
from service.model.profiles import Consent, Profile
from service.store import keys
from service.store.client import Store
from service.store.fields import flat


async def get_profile(store: Store, log: str, commuter_id: str) -> Profile | None:
    """Read a profile, None where there is none."""
    row = await store.read(lambda redis: redis.hgetall(keys.PROFILE(keys.partner_tag(log), commuter_id)))
    if not row:
        return None
    return Profile(
        commuter_id, row["display_name"] or None, tuple(map(_consent, orjson.loads(row["consents"]))),
        int(row["version"]), from_ms(int(row["changed_ms"])),
    )  # fmt: skip


async def put_profile(store: Store, log: str, profile: Profile) -> bool:
    """Write a profile over that of the version before; False where it has moved on."""
    fields = {
        "display_name": profile.display_name or "", "version": str(profile.version),
        "consents": orjson.dumps([consent.document() for consent in profile.consents]).decode(),
        "changed_ms": str(to_ms(profile.updated_at)),
    }  # fmt: skip
    answer = await store.call("put_profile", keys.partner_tag(log), {
        "commuter": profile.commuter_id, "was": str(profile.version - 1) if profile.version > 1 else "",
        "fields": flat(fields),
    })  # fmt: skip
    return bool(answer[0] == "ok")


async def names_of(store: Store, market: str, people: Collection[Person]) -> dict[Person, str]:
    """Return how people want to be called, as far as they have said, in one round trip."""
    asked = sorted(people)

    def fill(pipe: Any) -> None:
        for partner_id, commuter_id in asked:
            tag = keys.partner_tag(log_owner(market, partner_id))
            pipe.hget(keys.PROFILE(tag, commuter_id), "display_name")

    found = await store.pipeline(fill) if asked else []
    return {person: name for person, name in zip(asked, found, strict=True) if name}


def _consent(kept: dict[str, Any]) -> Consent:
    ended = kept["withdrawn_at"]
    return Consent(
        kept["purpose"], kept["version"], datetime.fromisoformat(kept["at"]),
        None if ended is None else datetime.fromisoformat(ended),
    )  # fmt: skip
