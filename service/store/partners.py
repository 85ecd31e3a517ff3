"""Partners and their API keys. A key's secret is never kept: it is found by its SHA-256."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import orjson

from service.clock import from_ms, to_ms
from service.errors import WrongState
from service.model.partners import ApiKey, Partner, Scope
from service.store import keys
from service.store.audit import Act
from service.store.client import Store
from service.store.damaged import read_sound
from service.store.fields import flat
from service.store.listing import Found, Page, PageOf, read_page
from service.store.once import Once, once_arguments, replayed

_FALLBACK = "fallback:"  # before a community's name
KEPT_S = 1.0  # how long a key that was found may be believed without asking again (`credentials`)
KEY_FIELDS = (
    "id",
    "partner",
    "prefix",
    "scopes",
    "sandbox",
    "created_ms",
    "revoked_ms",
    "expires_ms",
    "used_ms",
    "calls_per_s",
)
MOST_KEYS = 500  # of a partner
_ENDED_KEPT = timedelta(days=30)  # of those that ended, at least, where there are so many


async def create_partner(store: Store, partner: Partner, act: Act) -> None:
    """Store a partner and make it known; one that is there stays as it is."""
    await put_partner(store, partner, None, act)
    await store.write(keys.PARTNERS, "ZADD", keys.PARTNERS, 0, partner.id)


async def put_partner(store: Store, partner: Partner, was: Partner | None, act: Act) -> bool:
    """Write a partner, None for a new one; False where it is of another version by now than it `was`."""
    said = {_FALLBACK + name: orjson.dumps(dict(fallback)).decode() for name, fallback in partner.fallbacks.items()}
    fields = {
        "id": partner.id, "name": partner.name, "shares_with": partner.shares_with,
        "origins": " ".join(partner.origins), "created_ms": str(to_ms(partner.created_at)),
        "version": str(partner.version), **said,
    }  # fmt: skip
    removed = [_FALLBACK + name for name in (was.fallbacks if was is not None else ()) if name not in partner.fallbacks]
    argument = {
        "fields": flat(fields), "removed": removed, "was": "" if was is None else str(was.version),
        "act": act.as_argument(),
    }  # fmt: skip
    return bool((await store.call("put_partner", keys.partner_tag(partner.id), argument))[0] == "ok")


async def get_partners(store: Store, ids: Sequence[str]) -> list[Partner | None]:
    """Read partners in one round trip, None for each that is not there or can not be read."""

    def fill(pipe: Any) -> None:
        for id_ in ids:
            pipe.hgetall(keys.PARTNER(keys.partner_tag(id_)))

    rows = await store.pipeline(fill, each=True) if ids else []
    return read_sound("partner", ids, rows, partner_of)[0]


async def page_of_partners(store: Store, page: PageOf) -> Page[Partner]:
    """Return a page of partners, newest first; those that can not be read are left out."""

    async def load(found: Sequence[Found]) -> list[Partner | None]:
        return await get_partners(store, [id_ for _, id_ in found])

    return await read_page(store, {"": keys.PARTNERS}, page, "partner", load)


async def partner_ids(store: Store) -> list[str]:
    """Return all partners' ids, oldest first."""
    ids: list[str] = await store.read(lambda redis: redis.zrange(keys.PARTNERS, 0, -1))
    return ids


async def create_key(store: Store, key: ApiKey, key_hash: str, act: Act, once: Once | None = None) -> str | None:
    """Store an API key under the hash of its secret; returns the first answer where the idempotency key was seen.

    Raises WrongState where there are as many as there may be, KeyReused.
    """
    fields = {
        "id": key.id, "partner": key.partner_id, "prefix": key.prefix, "scopes": ",".join(key.scopes),
        "sandbox": "1" if key.sandbox else "", "created_ms": str(to_ms(key.created_at)),
        "revoked_ms": "", "expires_ms": str(to_ms(key.expires_at)) if key.expires_at else "",
        "calls_per_s": "" if key.calls_per_s is None else str(key.calls_per_s),
    }  # fmt: skip
    argument = {
        "hash": key_hash, "id": key.id, "fields": flat(fields), "most": MOST_KEYS, "act": act.as_argument(),
        "ended_ms": str(to_ms(key.created_at - _ENDED_KEPT)), **once_arguments(once),
    }  # fmt: skip
    answer = await store.call("put_key", keys.partner_tag(key.partner_id), argument)
    if answer[0] == "full":
        raise WrongState(key.partner_id, f"at {MOST_KEYS} keys", "another", "those that ended 30 days ago make room")
    return replayed(answer)


async def note_used(store: Store, partner_id: str, key_hash: str, now: datetime, apart: timedelta) -> None:
    """Note that an API key is used now, where that was not noted so short a time ago."""
    argument = {"hash": key_hash, "now_ms": str(to_ms(now)), "apart_ms": apart // timedelta(milliseconds=1)}
    await store.call("note_key_used", keys.partner_tag(partner_id), argument)


async def find_key(store: Store, partner_id: str, key_hash: str) -> ApiKey | None:
    """Return the key whose secret has this hash."""
    row = await store.read(
        lambda redis: redis.hmget(keys.CREDENTIAL(keys.partner_tag(partner_id), key_hash), list(KEY_FIELDS))
    )
    return key_of(row)


async def list_keys(store: Store, partner_id: str) -> list[ApiKey]:
    """Return a partner's keys, oldest first."""
    tag = keys.partner_tag(partner_id)
    hashes = await store.read(lambda redis: redis.hgetall(keys.CREDENTIALS(tag)))

    def fill(pipe: Any) -> None:
        for _, key_hash in sorted(hashes.items()):
            pipe.hmget(keys.CREDENTIAL(tag, key_hash), KEY_FIELDS)

    rows = await store.pipeline(fill) if hashes else []
    return [key for key in map(key_of, rows) if key is not None]


async def revoke_key(store: Store, partner_id: str, key_id: str, at: datetime, act: Act) -> bool:
    """Revoke a key; on return it opens nothing on any process. False where there is none."""
    return await _end_key(store, partner_id, key_id, "revoked_ms", at, act)


async def expire_key(store: Store, partner_id: str, key_id: str, at: datetime, act: Act) -> bool:
    """Let a key end at a later time; on return every process knows. False where there is none."""
    return await _end_key(store, partner_id, key_id, "expires_ms", at, act)


async def _end_key(store: Store, partner_id: str, key_id: str, field: str, at: datetime, act: Act) -> bool:
    argument = {"id": key_id, "field": field, "at_ms": str(to_ms(at)), "act": act.as_argument()}
    answer = await store.call("revoke_key", keys.partner_tag(partner_id), argument)
    await asyncio.sleep(KEPT_S)
    return bool(answer[0] == "ok")


def partner_of(row: dict[str, str]) -> Partner | None:
    """Return the partner of its record, None where there is none. Raises `damaged.DAMAGE`."""
    if not row:
        return None
    fallbacks = {name.removeprefix(_FALLBACK): orjson.loads(row[name]) for name in row if name.startswith(_FALLBACK)}
    return Partner(
        row["id"], row["name"], row["shares_with"], from_ms(int(row["created_ms"])), fallbacks,
        tuple(row.get("origins", "").split()), int(row.get("version", 1)),
    )  # fmt: skip


def key_of(row: list[str | None]) -> ApiKey | None:
    """Return the API key of its record's `KEY_FIELDS`, None where there is none. Raises `damaged.DAMAGE`."""
    if row[0] is None:
        return None
    kept = dict(zip(KEY_FIELDS, cast("list[str]", row), strict=True))
    return ApiKey(
        id=kept["id"], partner_id=kept["partner"], prefix=kept["prefix"],
        scopes=cast("tuple[Scope, ...]", tuple(kept["scopes"].split(","))), sandbox=bool(kept["sandbox"]),
        created_at=from_ms(int(kept["created_ms"])),
        revoked_at=from_ms(int(kept["revoked_ms"])) if kept["revoked_ms"] else None,
        expires_at=from_ms(int(kept["expires_ms"])) if kept["expires_ms"] else None,
        calls_per_s=int(kept["calls_per_s"]) if kept["calls_per_s"] else None,
        used_at=from_ms(int(kept["used_ms"])) if kept["used_ms"] else None,
    )  # fmt: skip
