"""Webhook endpoints in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from service.clock import from_ms, to_ms
from service.errors import NotFound, StaleVersion, WrongState
from service.model.webhooks import MOST_ENDPOINTS, DisabledReason, Endpoint, EndpointStatus, OldSecret
from service.store import keys
from service.store.client import Store
from service.store.fields import flat
from service.store.listing import Found, Page, PageOf, read_page
from service.store.once import Once, once_arguments, replayed

_PURGED_AT_ONCE = 500


async def create_endpoint(store: Store, owner: str, endpoint: Endpoint, once: Once | None) -> str | None:
    """Store a new endpoint; returns the first answer where its idempotency key was seen. Raises WrongState."""
    fields = {
        "id": endpoint.id, "created_ms": str(to_ms(endpoint.created_at)),
        **_fields(endpoint), **_secret_fields(endpoint),
    }  # fmt: skip
    # First, so that no deliverer can miss it; a name without endpoints does no harm.
    await store.write(keys.LISTENERS, "SADD", keys.LISTENERS, owner)
    answer = await store.call("create_endpoint", keys.partner_tag(owner), {
        "id": endpoint.id, "most": MOST_ENDPOINTS, "fields": flat(fields),
        **once_arguments(once),
    })  # fmt: skip
    if answer[0] == "full":
        raise WrongState("the list of endpoints", f"full ({MOST_ENDPOINTS})", "one more", "delete one first")
    return replayed(answer)


async def put_secrets(store: Store, owner: str, endpoint: Endpoint, once: Once | None) -> str | None:
    """Store an endpoint's secrets and next version; returns the first answer where the idempotency key was seen.

    Raises NotFound, StaleVersion, KeyReused.
    """
    fields = {**_secret_fields(endpoint), "version": str(endpoint.version)}
    return await _amend(store, owner, endpoint, fields, (), once)


async def put_endpoint(store: Store, owner: str, endpoint: Endpoint) -> None:
    """Store an endpoint's next version, but for its secrets. Raises NotFound, StaleVersion."""
    removed = [] if endpoint.disabled_reason else ["disabled_reason", "disabled_ms"]
    if endpoint.failing_since_ms is None:
        removed.append("failing_since_ms")
    await _amend(store, owner, endpoint, _fields(endpoint), removed, None)


async def _amend(
    store: Store, owner: str, endpoint: Endpoint, fields: Mapping[str, str], removed: Sequence[str], once: Once | None
) -> str | None:
    answer = await store.call("amend_endpoint", keys.partner_tag(owner), {
        "id": endpoint.id, "version": str(endpoint.version - 1), "fields": flat(fields), "removed": list(removed),
        **once_arguments(once),
    })  # fmt: skip
    if answer[0] == "missing":
        raise NotFound("webhook endpoint", endpoint.id)
    if answer[0] == "stale":
        raise StaleVersion(endpoint.id, int(answer[1]))
    return replayed(answer)


async def reseal(store: Store, owner: str, endpoint_id: str, reseal_one: Callable[[str], str]) -> int:
    """Seal an endpoint's secrets anew, each where it has not changed meanwhile; returns how many came out otherwise."""
    kept = await store.read(lambda redis: redis.hgetall(keys.ENDPOINT(keys.partner_tag(owner), endpoint_id)))
    changed = 0
    for name in ("secret", "signing_key"):
        if kept.get(name):
            changed += await _put_resealed(store, owner, endpoint_id, name, kept[name], reseal_one(kept[name]))
    if kept.get("old_secrets"):
        old = [replace(one, sealed=reseal_one(one.sealed)) for one in _old_secrets(kept["old_secrets"])]
        changed += await _put_resealed(store, owner, endpoint_id, "old_secrets", kept["old_secrets"], _old_text(old))
    return changed


async def _put_resealed(store: Store, owner: str, endpoint_id: str, name: str, before: str, after: str) -> bool:
    if before == after:
        return False
    argument = {"id": endpoint_id, "name": name, "before": before, "after": after}
    return bool((await store.call("reseal_secret", keys.partner_tag(owner), argument))[0] == "ok")


async def get_endpoints(store: Store, owner: str, ids: Sequence[str]) -> list[Endpoint | None]:
    """Read endpoints in one round trip, None for each that is not there."""
    if not ids:
        return []
    tag = keys.partner_tag(owner)

    def fill(pipe: Any) -> None:
        for id_ in ids:
            pipe.hgetall(keys.ENDPOINT(tag, id_))

    return [endpoint_of(row) if row else None for row in await store.pipeline(fill)]


async def list_endpoints(store: Store, owner: str, page: PageOf) -> Page[Endpoint]:
    """Read a page of endpoints, newest first."""
    index = keys.ENDPOINTS(keys.partner_tag(owner))

    async def load(found: Sequence[Found]) -> list[Endpoint | None]:
        return await get_endpoints(store, owner, [id_ for _, id_ in found])

    return await read_page(store, {owner: index}, page, "endpoint", load)


async def delete_endpoint(store: Store, owner: str, endpoint_id: str) -> bool:
    """Delete an endpoint with its queue and deliveries; False where there is none."""
    argument = {"id": endpoint_id, "most": _PURGED_AT_ONCE}
    first: str = (await store.call("delete_endpoint", keys.partner_tag(owner), argument))[0]
    word = first
    while word == "more":
        word = (await store.call("delete_endpoint", keys.partner_tag(owner), argument))[0]
    return first != "missing"


async def ping_endpoint(
    store: Store, owner: str, endpoint_id: str, event: Mapping[str, str], now: datetime, once: Once | None
) -> tuple[str, str, bool] | None:
    """Append a ping for one endpoint alone; None where there is no such endpoint.

    Returns its log entry, its `at`, and whether that is a repeat's first answer; `once.answer` is the event's `at`.
    Raises WrongState, KeyReused.
    """
    answer = await store.call("ping_endpoint", keys.partner_tag(owner), {
        "endpoint": endpoint_id, "now_ms": str(to_ms(now)), "event": {**event, "market": ""}, **once_arguments(once),
    })  # fmt: skip
    if answer[0] == "missing":
        return None
    if answer[0] == "disabled":
        raise WrongState(endpoint_id, "disabled", "a ping", "make a new endpoint")
    first = replayed(answer)
    if first is not None:
        entry, _, at = first.partition(" ")
        return entry, at, True
    return answer[1], event["at"], False


async def endpoint_ids(store: Store, owner: str) -> list[str]:
    """Return the ids of a log's endpoints."""
    found: list[str] = await store.read(lambda redis: redis.zrange(keys.ENDPOINTS(keys.partner_tag(owner)), 0, -1))
    return found


async def listeners(store: Store) -> list[str]:
    """Return the logs of events that ever had an endpoint, sorted."""
    return sorted(await store.read(lambda redis: redis.smembers(keys.LISTENERS)))


def endpoint_of(row: Mapping[str, str] | Iterable[str]) -> Endpoint:
    """Return the endpoint kept in a hash, given as a mapping or flat."""
    if isinstance(row, Mapping):
        kept = dict(row)
    else:
        flat = list(row)
        kept = dict(zip(flat[::2], flat[1::2], strict=True))
    failing = kept.get("failing_since_ms")
    return Endpoint(
        id=kept["id"], url=kept["url"], event_types=tuple(filter(None, kept["event_types"].split(","))),
        communities=tuple(filter(None, kept.get("communities", "").split(","))),
        description=kept["description"], status=cast("EndpointStatus", kept["status"]), version=int(kept["version"]),
        created_at=from_ms(int(kept["created_ms"])), sealed_secret=kept["secret"],
        disabled_reason=cast("DisabledReason | None", kept.get("disabled_reason")),
        failing_since_ms=int(failing) if failing else None,
        sealed_key=kept.get("signing_key", ""), public_key=kept.get("public_key") or None,
        old_secrets=_old_secrets(kept.get("old_secrets", "")),
    )  # fmt: skip


def _fields(endpoint: Endpoint) -> dict[str, str]:
    return {
        "url": endpoint.url, "event_types": ",".join(endpoint.event_types),
        "communities": ",".join(endpoint.communities), "description": endpoint.description,
        "status": endpoint.status, "version": str(endpoint.version),
    }  # fmt: skip


def _secret_fields(endpoint: Endpoint) -> dict[str, str]:
    return {
        "secret": endpoint.sealed_secret, "signing_key": endpoint.sealed_key, "public_key": endpoint.public_key or "",
        "old_secrets": _old_text(endpoint.old_secrets),
    }  # fmt: skip


def _old_text(secrets: Iterable[OldSecret]) -> str:
    return ",".join(f"{old.until_ms} {old.sealed}" for old in secrets)


def _old_secrets(text: str) -> tuple[OldSecret, ...]:
    pairs = [part.split(" ") for part in text.split(",") if part]
    return tuple(OldSecret(sealed, int(until_ms)) for until_ms, sealed in pairs)
