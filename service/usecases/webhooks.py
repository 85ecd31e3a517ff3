"""Webhook endpoints of a partner: make, read, delete, ping, and what was delivered to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import orjson

from service.addresses import leads_inside
from service.clock import rfc3339, to_ms
from service.errors import Busy, Fault, Invalid, NotFound, SettingError, StaleVersion, WrongState
from service.ids import is_id
from service.model.events import EventType, event_document, event_id, log_of
from service.model.partners import Caller
from service.model.webhook_urls import UrlRefused, host_and_port, webhook_url
from service.model.webhooks import MOST_OLD_SECRETS, Delivery, DeliveryStatus, Endpoint, EndpointStatus, OldSecret
from service.secrets import Cipher, SecretUnreadable, new_signing_key, new_webhook_secret
from service.store import deliveries as store_deliveries
from service.store import endpoints as store_endpoints
from service.store.listing import Page, PageOf
from service.store.once import Once
from service.usecases.context import Context

# A name that does not resolve in time may yet: every attempt judges its addresses again.
_LOOK_UP_S = 2.0
_TRIES = 5
MakeOnce = Callable[[bytes], Once | None]
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    """What a partner asks for; no types, no communities means all, also those that come later."""

    url: str
    event_types: tuple[EventType, ...]
    description: str
    asymmetric: bool = False
    communities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What an endpoint is to be."""

    url: str
    event_types: tuple[EventType, ...]
    communities: tuple[str, ...]
    description: str
    status: EndpointStatus


async def create_endpoint(
    context: Context, caller: Caller, draft: EndpointDraft, once: MakeOnce
) -> tuple[dict[str, Any], str | None]:
    """Make an endpoint; its document shows the secret this once. Raises Invalid, WrongState, KeyReused.

    The second is the first answer where the idempotency key was seen. It is kept encrypted, for the secret in it.
    """
    cipher = _cipher(context)
    secret, private, public = _new_secrets(asymmetric=draft.asymmetric)
    url = await _good_url(context, draft.url)
    endpoint = Endpoint(
        id=context.new_id("endpoint"), url=url, event_types=draft.event_types,
        communities=draft.communities, description=draft.description,
        status="enabled", version=1, created_at=context.clock.now(), sealed_secret=cipher.seal(secret),
        sealed_key=cipher.seal(private) if private else "", public_key=public,
    )  # fmt: skip
    document = {**endpoint.document(), "secret": secret}
    kept = once(cipher.seal(orjson.dumps(document).decode()).encode())
    first = await store_endpoints.create_endpoint(context.store, log_of(caller), endpoint, kept)
    return document, None if first is None else cipher.open(first)


async def get_endpoint(context: Context, caller: Caller, endpoint_id: str) -> Endpoint:
    """Return an endpoint of the caller's own. Raises NotFound."""
    if is_id(endpoint_id, "endpoint"):
        (endpoint,) = await store_endpoints.get_endpoints(context.store, log_of(caller), [endpoint_id])
        if endpoint is not None:
            return endpoint
    raise NotFound("webhook endpoint", endpoint_id)


async def list_endpoints(context: Context, caller: Caller, page: PageOf) -> Page[Endpoint]:
    """Return a page of the caller's endpoints."""
    return await store_endpoints.list_endpoints(context.store, log_of(caller), page)


async def delete_endpoint(context: Context, caller: Caller, endpoint_id: str) -> None:
    """Delete an endpoint and all that is owed to it. Raises NotFound."""
    await get_endpoint(context, caller, endpoint_id)
    if not await store_endpoints.delete_endpoint(context.store, log_of(caller), endpoint_id):
        raise NotFound("webhook endpoint", endpoint_id)


async def change_endpoint(
    context: Context, caller: Caller, endpoint_id: str, version: int | None, change: Callable[[Endpoint], Change]
) -> Endpoint:
    """Change an endpoint to what `change` makes of it, and enable it again where that is so.

    Raises NotFound, Invalid, StaleVersion, Busy.
    """
    for _ in range(_TRIES):
        endpoint = await get_endpoint(context, caller, endpoint_id)
        if version is not None and endpoint.version != version:
            raise StaleVersion(endpoint_id, endpoint.version)
        changed = await _changed(context, endpoint, change(endpoint))
        if changed == endpoint:
            return endpoint
        with suppress(StaleVersion):
            await store_endpoints.put_endpoint(context.store, log_of(caller), changed)
            return changed
    raise Busy(endpoint_id)


async def _changed(context: Context, endpoint: Endpoint, to: Change) -> Endpoint:
    if to.status == "disabled" and endpoint.status == "enabled":
        raise Invalid(Fault("/status", "can not be made disabled: delete the endpoint, or ask for fewer types"))
    url = endpoint.url if to.url == endpoint.url else await _good_url(context, to.url)
    changed = replace(
        endpoint, url=url, event_types=to.event_types, communities=to.communities, description=to.description,
        status=to.status,
    )  # fmt: skip
    if to.status != endpoint.status:
        changed = replace(changed, disabled_reason=None, failing_since_ms=None)
    return changed if changed == endpoint else replace(changed, version=endpoint.version + 1)


async def rotate_secret(
    context: Context, caller: Caller, endpoint_id: str, version: int | None, overlap: timedelta, once: MakeOnce
) -> tuple[dict[str, Any], str | None]:
    """Give an endpoint a new secret (and key pair); those before sign on for a while. Its document shows it this once.

    The second is the first answer where the idempotency key was seen. Raises NotFound, StaleVersion, WrongState,
    KeyReused.
    """
    cipher = _cipher(context)
    endpoint = await get_endpoint(context, caller, endpoint_id)
    now = context.clock.now()
    until_ms = to_ms(now + overlap)
    before = [OldSecret(sealed, until_ms) for sealed in (endpoint.sealed_secret, endpoint.sealed_key) if sealed]
    # What was to end later by an earlier rotation ends with this overlap, which may be none: a secret may have leaked.
    earlier = [replace(old, until_ms=min(old.until_ms, until_ms)) for old in endpoint.old_secrets]
    old = [secret for secret in (*before, *earlier) if secret.until_ms > to_ms(now)]
    if len(old) > MOST_OLD_SECRETS:
        raise WrongState(endpoint_id, "signed with several secrets", "one more", "wait until the oldest has ended")
    secret, private, public = _new_secrets(asymmetric=endpoint.public_key is not None)
    rotated = replace(
        endpoint, sealed_secret=cipher.seal(secret), sealed_key=cipher.seal(private) if private else "",
        public_key=public, old_secrets=tuple(old), version=(endpoint.version if version is None else version) + 1,
    )  # fmt: skip
    document = {**rotated.document(), "secret": secret}
    kept = once(cipher.seal(orjson.dumps(document).decode()).encode())
    first = await store_endpoints.put_secrets(context.store, log_of(caller), rotated, kept)
    return document, None if first is None else cipher.open(first)


async def reseal_secrets(context: Context) -> tuple[int, list[str]]:
    """Encrypt all secrets with the newest key; returns how many were not, and the endpoints that can not be read."""
    cipher = _cipher(context)
    resealed, unreadable = 0, []
    for owner in await store_endpoints.listeners(context.store):
        for endpoint_id in await store_endpoints.endpoint_ids(context.store, owner):
            try:
                resealed += await store_endpoints.reseal(context.store, owner, endpoint_id, cipher.reseal)
            except (SecretUnreadable, ValueError):
                unreadable.append(endpoint_id)
    return resealed, unreadable


async def ping_endpoint(
    context: Context, caller: Caller, endpoint_id: str, once: MakeOnce
) -> tuple[dict[str, Any], bool]:
    """Send a `ping` event to one endpoint; returns it and whether that is a repeat's first answer.

    Raises NotFound, WrongState, KeyReused.
    """
    endpoint = await get_endpoint(context, caller, endpoint_id)
    now = context.clock.now()
    data = {"id": endpoint.id, "url": endpoint.url}
    event = {  # about nothing, so that it waits behind nothing
        "type": "ping", "at": rfc3339(now), "seq": "1", "subject": "", "data": orjson.dumps(data).decode(),
    }  # fmt: skip
    kept = once(event["at"].encode())
    made = await store_endpoints.ping_endpoint(context.store, log_of(caller), endpoint_id, event, now, kept)
    if made is None:
        raise NotFound("webhook endpoint", endpoint_id)
    entry, at, repeated = made
    return event_document(event_id(log_of(caller), entry), "ping", at, 1, data), repeated


async def list_deliveries(
    context: Context, caller: Caller, endpoint_id: str, *, status: DeliveryStatus | None, limit: int,
    cursor: str | None,
) -> Page[Delivery]:  # fmt: skip
    """Return a page of what was delivered to an endpoint, or tried. Raises NotFound."""
    await get_endpoint(context, caller, endpoint_id)
    return await store_deliveries.list_deliveries(
        context.store, log_of(caller), endpoint_id, status=status, limit=limit, cursor=cursor
    )


def each_once(names: Sequence[Name]) -> tuple[Name, ...]:
    """Return event types or communities without repeats, in the order given."""
    return tuple(dict.fromkeys(names))


async def _good_url(context: Context, text: str) -> str:
    allow_private = context.settings.allow_private_webhooks
    try:
        url = webhook_url(text, allow_private=allow_private)
    except UrlRefused as error:
        raise Invalid(Fault("/url", str(error))) from None
    if not allow_private and await leads_inside(context.resolve, *host_and_port(url), wait_s=_LOOK_UP_S):
        raise Invalid(Fault("/url", "leads to an address that is not public"))
    return url


def _new_secrets(*, asymmetric: bool) -> tuple[str, str, str | None]:
    """Return a secret, and a private and a public key where they are wanted."""
    return (new_webhook_secret(), *(new_signing_key() if asymmetric else ("", None)))


def _cipher(context: Context) -> Cipher:
    if context.cipher is None:
        raise SettingError("webhook secrets are kept encrypted: CARPOOL_SECRET_KEY is needed")
    return context.cipher
