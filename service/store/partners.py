"""Partners and their API keys. A key's secret is never kept: it is found by its SHA-256."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson

from service.clock import from_ms, to_ms
from service.model.partners import ApiKey, Partner, Scope
from service.store import keys
from service.store.client import Store
from service.store.damaged import read_sound

_FALLBACK = "fallback:"  # before a community's name
KEPT_S = 1.0  # how long a key that was found may be believed without asking again (`credentials`)
KEY_FIELDS = ("id", "partner", "prefix", "scopes", "sandbox", "created_ms", "revoked_ms", "expires_ms")


async def create_partner(store: Store, partner: Partner) -> None:
    """Store a partner and make it known."""
    fields = {"id": partner.id, "name": partner.name, "shares_with": partner.shares_with,
              "created_ms": str(to_ms(partner.created_at))}  # fmt: skip
    await store.call("put_partner", keys.partner_tag(partner.id), {"fields": _flat(fields), "removed": []})
    await store.write(keys.PARTNERS, "ZADD", keys.PARTNERS, 0, partner.id)


async def put_fallback(store: Store, partner_id: str, community: str, fallback: Mapping[str, str]) -> None:
    """Set the fall-back of a community of a partner that there is; an empty one is removed."""
    name = _FALLBACK + community
    fields = {name: orjson.dumps(dict(fallback)).decode()} if fallback else {}
    argument = {"fields": _flat(fields), "removed": [] if fallback else [name]}
    await store.call("put_partner", keys.partner_tag(partner_id), argument)


async def get_partners(store: Store, ids: Sequence[str]) -> list[Partner | None]:
    """Read partners in one round trip, None for each that is not there or can not be read."""

    def fill(pipe: Any) -> None:
        for id_ in ids:
            pipe.hgetall(keys.PARTNER(keys.partner_tag(id_)))

    rows = await store.pipeline(fill, each=True) if ids else []
    return read_sound("partner", ids, rows, partner_of)[0]


async def partner_ids(store: Store) -> list[str]:
    """Return all partners' ids, oldest first."""
    ids: list[str] = await store.read(lambda redis: redis.zrange(keys.PARTNERS, 0, -1))
    return ids


async def create_key(store: Store, key: ApiKey, key_hash: str) -> None:
    """Store an API key under the hash of its secret."""
    fields = {
        "id": key.id, "partner": key.partner_id, "prefix": key.prefix, "scopes": ",".join(key.scopes),
        "sandbox": "1" if key.sandbox else "", "created_ms": str(to_ms(key.created_at)),
        "revoked_ms": "", "expires_ms": "",
    }  # fmt: skip
    argument = {"key_hash": key_hash, "id": key.id, "fields": _flat(fields)}
    await store.call("put_key", keys.partner_tag(key.partner_id), argument)


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


async def revoke_key(store: Store, partner_id: str, key_id: str, at: datetime) -> bool:
    """Revoke a key; on return it opens nothing on any process. False where there is none."""
    return await _end_key(store, partner_id, key_id, "revoked_ms", at)


async def expire_key(store: Store, partner_id: str, key_id: str, at: datetime) -> bool:
    """Let a key end at a later time; on return every process knows. False where there is none."""
    return await _end_key(store, partner_id, key_id, "expires_ms", at)


async def _end_key(store: Store, partner_id: str, key_id: str, field: str, at: datetime) -> bool:
    argument = {"id": key_id, "field": field, "at_ms": str(to_ms(at))}
    answer = await store.call("revoke_key", keys.partner_tag(partner_id), argument)
    await asyncio.sleep(KEPT_S)
    return bool(answer[0] == "ok")


def partner_of(row: dict[str, str]) -> Partner | None:
    """Return the partner of its record, None where there is none. Raises `damaged.DAMAGE`."""
    if not row:
        return None
    fallbacks = {name.removeprefix(_FALLBACK): orjson.loads(row[name]) for name in row if name.startswith(_FALLBACK)}
    return Partner(row["id"], row["name"], row["shares_with"], from_ms(int(row["created_ms"])), fallbacks)


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
    )  # fmt: skip


def _flat(fields: dict[str, str]) -> list[str]:
    return [text for pair in fields.items() for text in pair]
