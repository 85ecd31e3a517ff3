"""Partners and their API keys: make, list, revoke, rotate, and find who holds one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from service.errors import Fault, Invalid, NotFound, Unauthenticated
from service.ids import is_id, new_id, new_secret
from service.model.fallbacks import fallback_faults
from service.model.partners import PARTNER_SCOPES, SCOPES, ApiKey, Caller, Partner, Scope, sandbox_market
from service.model.trips import Tag
from service.store import partners as store_partners
from service.store import trips
from service.usecases.context import Context

_PARTNER_PREFIX = "par_"
_MOST_FALLBACKS = 100
_TAG: TypeAdapter[str] = TypeAdapter(Tag)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with its secret text: shown once and not kept."""

    key: ApiKey
    text: str


async def create_partner(context: Context, name: str, shares_with: str = "own") -> Partner:
    """Store a partner. `shares_with`: "own", "all" or a comma-separated list of partner ids. Raises Invalid."""
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise Invalid(Fault("/name", "must be 1 to 100 printable characters"))
    if shares_with not in ("own", "all") and not all(is_id(i, "partner") for i in shares_with.split(",")):
        raise Invalid(Fault("/shares_with", 'must be "own", "all" or a comma-separated list of partner ids'))
    partner = Partner(new_id("partner"), name, shares_with, context.clock.now())
    await store_partners.create_partner(context.store, partner)
    return partner


async def list_partners(context: Context) -> list[Partner]:
    """Return all partners, oldest first."""
    ids = await store_partners.partner_ids(context.store)
    return [partner for partner in await store_partners.get_partners(context.store, ids) if partner is not None]


async def set_fallback(context: Context, partner_id: str, community: str, fallback: Mapping[str, str]) -> Partner:
    """Set the fall-back of a community of a partner's, none where it is empty; returns the partner.

    Raises NotFound, Invalid.
    """
    (partner,) = await store_partners.get_partners(context.store, [partner_id])
    if partner is None:
        raise NotFound("partner", partner_id)
    try:
        _TAG.validate_python(community)
    except ValidationError:
        raise Invalid(
            Fault("/community", "must be as trips name it: 1 to 64 of letters, digits and . : @ + - _")
        ) from None
    for fault in fallback_faults(fallback):
        raise Invalid(fault)
    fallbacks = {name: kept for name, kept in partner.fallbacks.items() if name != community}
    if fallback and len(fallbacks) >= _MOST_FALLBACKS:
        raise Invalid(Fault("/community", f"is one too many: {_MOST_FALLBACKS} of a partner have a fall-back"))
    await store_partners.put_fallback(context.store, partner_id, community, fallback)
    return replace(partner, fallbacks={**fallbacks, **({community: fallback} if fallback else {})})


async def create_key(
    context: Context, partner_id: str, *, scopes: Sequence[str] = PARTNER_SCOPES, sandbox: bool = False
) -> NewKey:
    """Make an API key of a partner. Raises NotFound, Invalid."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Invalid(Fault("/scopes", f"{', '.join(unknown) or 'nothing'} is no scope; there are {', '.join(SCOPES)}"))
    if await store_partners.get_partners(context.store, [partner_id]) in ([], [None]):
        raise NotFound("partner", partner_id)
    text = f"cpk_{'test' if sandbox else 'live'}_{partner_id.removeprefix(_PARTNER_PREFIX)}_{new_secret()}"
    if sandbox:
        await trips.remember_market(context.store, sandbox_market(partner_id))
    named: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope in scopes)
    key = ApiKey(
        id=new_id("key"), partner_id=partner_id, prefix=text[: len(text) - 39],
        scopes=named, sandbox=sandbox, created_at=context.clock.now(),
    )  # fmt: skip
    await store_partners.create_key(context.store, key, _hash(text))
    return NewKey(key, text)


async def list_keys(context: Context, partner_id: str) -> list[ApiKey]:
    """Return a partner's keys, oldest first."""
    return await store_partners.list_keys(context.store, partner_id)


async def find_key(context: Context, key_id: str) -> ApiKey:
    """Return a key by its id, whoever's it is. Raises NotFound."""
    for partner_id in await store_partners.partner_ids(context.store):
        for key in await store_partners.list_keys(context.store, partner_id):
            if key.id == key_id:
                return key
    raise NotFound("key", key_id)


async def revoke_key(context: Context, key_id: str) -> ApiKey:
    """Revoke a key: it opens nothing from now on, on any process. Raises NotFound."""
    key = await find_key(context, key_id)
    await store_partners.revoke_key(context.store, key.partner_id, key.id, context.clock.now())
    return await find_key(context, key_id)


async def rotate_key(context: Context, key_id: str, overlap_s: int) -> NewKey:
    """Make a key like another, which ends after the overlap. Raises NotFound, Invalid."""
    old = await find_key(context, key_id)
    if not old.opens_at(context.clock.now()):
        raise Invalid(Fault("/key", f"{key_id} has ended or is revoked: make a new key instead"))
    new = await create_key(context, old.partner_id, scopes=old.scopes, sandbox=old.sandbox)
    ends = context.clock.now() + timedelta(seconds=overlap_s)
    await store_partners.expire_key(context.store, old.partner_id, old.id, ends)
    return new


def is_key(text: str) -> bool:
    """Tell whether credentials mean to be an API key."""
    return text.startswith("cpk_")


async def authenticate(context: Context, text: str) -> Caller:
    """Return who holds this API key. Raises Unauthenticated for an unknown, ended or revoked one."""
    parts = text.split("_", 3)
    if len(parts) == 4 and parts[0] == "cpk" and is_id(_PARTNER_PREFIX + parts[2], "partner"):
        # Found by the SHA-256 of 256 random bits: a timing difference tells nothing of a key.
        key = await context.credentials.find(context.store, _PARTNER_PREFIX + parts[2], _hash(text))
        if key is not None and key.opens_at(context.clock.now()):
            return Caller(key.partner_id, key.id, frozenset(key.scopes), key.sandbox)
    raise Unauthenticated("this API key is unknown, has ended or was revoked")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
