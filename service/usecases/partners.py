"""Partners and their API keys: make, list, change, revoke, rotate, and find who holds one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from service.errors import Busy, Damaged, Fault, Invalid, NotFound, StaleVersion, Unauthenticated, WrongState
from service.ids import is_id, new_id, new_secret
from service.model.fallbacks import fallback_faults
from service.model.partners import PARTNER_SCOPES, SCOPES, ApiKey, Caller, Partner, Scope, sandbox_market
from service.model.trips import Tag
from service.store import partners as store_partners
from service.store import trips
from service.store.listing import Page, PageOf
from service.store.once import Once, first_answer_of_partner
from service.usecases.audit import act
from service.usecases.context import Context

_PARTNER_PREFIX = "par_"
_MOST_FALLBACKS = 100
_TAG: TypeAdapter[str] = TypeAdapter(Tag)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
_MOST_ORIGINS = 20
_LONGEST_OVERLAP_S = 30 * 86_400
_TRIES = 5


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with its secret text: shown once and not kept. `first`: of a repeat, the first answer."""

    key: ApiKey
    text: str
    first: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerChange:
    """What is to be said of a partner; None leaves it as it is."""

    name: str | None = None
    shares_with: str | None = None
    origins: Sequence[str] | None = None


def new_partner(context: Context, name: str, shares_with: str = "own", origins: Sequence[str] = ()) -> Partner:
    """Return a partner that is not stored yet. Raises Invalid.

    `shares_with`: "own", "all" or a comma-separated list of partner ids; `origins`: of web pages.
    """
    return _judged(
        Partner(new_id("partner"), name, shares_with, context.clock.now(), origins=tuple(dict.fromkeys(origins)))
    )


async def store_partner(context: Context, partner: Partner) -> Partner:
    """Store a partner; one that is there already stays as it is."""
    said = {"name": partner.name, "shares_with": partner.shares_with, "origins": list(partner.origins)}
    await store_partners.create_partner(context.store, partner, act(context, "partner.create", partner.id, **said))
    return partner


async def create_partner(context: Context, name: str, shares_with: str = "own") -> Partner:
    """Make and store a partner. Raises Invalid."""
    return await store_partner(context, new_partner(context, name, shares_with))


async def list_partners(context: Context) -> list[Partner]:
    """Return all partners, oldest first."""
    ids = await store_partners.partner_ids(context.store)
    return [partner for partner in await store_partners.get_partners(context.store, ids) if partner is not None]


async def page_of_partners(context: Context, page: PageOf) -> Page[Partner]:
    """Return a page of partners, newest first."""
    return await store_partners.page_of_partners(context.store, page)


async def get_partner(context: Context, partner_id: str) -> Partner:
    """Return a partner. Raises NotFound, Damaged."""
    if is_id(partner_id, "partner"):
        (partner,) = await store_partners.get_partners(context.store, [partner_id])
        if partner is not None:
            return partner
        if partner_id in await store_partners.partner_ids(context.store):
            raise Damaged("partner", partner_id)
    raise NotFound("partner", partner_id)


async def update_partner(
    context: Context, partner_id: str, change: PartnerChange, if_version: int | None = None
) -> Partner:
    """Change a partner. Batches to come heed whom it shares with. Raises NotFound, Invalid, StaleVersion, Busy."""
    given = {name: getattr(change, name) for name in ("name", "shares_with", "origins")}
    said = {name: value for name, value in given.items() if value is not None}

    def changed(partner: Partner) -> Partner:
        if if_version is not None and partner.version != if_version:
            raise StaleVersion(partner_id, partner.version)
        asked = {**said, "origins": tuple(dict.fromkeys(said.get("origins", partner.origins)))}
        return _judged(replace(partner, **asked))

    return await _change(context, partner_id, "partner.update", said, changed)


async def set_fallback(context: Context, partner_id: str, community: str, fallback: Mapping[str, str]) -> Partner:
    """Set the fall-back of a community of a partner's, none where it is empty; returns the partner.

    Raises NotFound, Invalid, Busy.
    """
    try:
        _TAG.validate_python(community)
    except ValidationError:
        raise Invalid(
            Fault("/community", "must be as trips name it: 1 to 64 of letters, digits and . : @ + - _")
        ) from None
    for fault in fallback_faults(fallback):
        raise Invalid(fault)

    def changed(partner: Partner) -> Partner:
        fallbacks = {name: kept for name, kept in partner.fallbacks.items() if name != community}
        if fallback and len(fallbacks) >= _MOST_FALLBACKS:
            raise Invalid(Fault("/community", f"is one too many: {_MOST_FALLBACKS} of a partner have a fall-back"))
        return replace(partner, fallbacks={**fallbacks, **({community: fallback} if fallback else {})})

    said = {"community": community, "fallback": dict(fallback)}
    return await _change(context, partner_id, "partner.fallback", said, changed)


async def _change(
    context: Context, partner_id: str, what: str, said: Mapping[str, Any], change: Callable[[Partner], Partner]
) -> Partner:
    for _ in range(_TRIES):
        partner = await get_partner(context, partner_id)
        changed = change(partner)
        if changed == partner:
            return partner
        changed = replace(changed, version=partner.version + 1)
        if await store_partners.put_partner(context.store, changed, partner, act(context, what, partner_id, **said)):
            return changed
    raise Busy(partner_id)


def _judged(partner: Partner) -> Partner:
    faults = []
    if not 1 <= len(partner.name) <= 100 or not partner.name.isprintable():
        faults.append(Fault("/name", "must be 1 to 100 printable characters"))
    shares_with = partner.shares_with
    if shares_with not in ("own", "all") and not all(is_id(i, "partner") for i in shares_with.split(",")):
        faults.append(Fault("/shares_with", 'must be "own", "all" or a comma-separated list of partner ids'))
    if len(partner.origins) > _MOST_ORIGINS or not all(map(_ORIGIN.fullmatch, partner.origins)):
        faults.append(Fault("/origins", f"must be at most {_MOST_ORIGINS} origins such as https://app.example.org"))
    if faults:
        raise Invalid(*faults)
    return partner


async def create_key(
    context: Context, partner_id: str, *, scopes: Sequence[str] = PARTNER_SCOPES, sandbox: bool = False,
    expires_at: datetime | None = None, calls_per_s: int | None = None,
) -> NewKey:  # fmt: skip
    """Make an API key of a partner. Raises NotFound, Invalid, WrongState."""
    new = await new_key(
        context, partner_id, scopes=scopes, sandbox=sandbox, expires_at=expires_at, calls_per_s=calls_per_s
    )
    await store_key(context, new)
    return new


async def new_key(
    context: Context, partner_id: str, *, scopes: Sequence[str] = PARTNER_SCOPES, sandbox: bool = False,
    expires_at: datetime | None = None, calls_per_s: int | None = None,
) -> NewKey:  # fmt: skip
    """Return an API key of a partner that is not stored yet. Raises NotFound, Invalid."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Invalid(Fault("/scopes", f"{', '.join(unknown) or 'nothing'} is no scope; there are {', '.join(SCOPES)}"))
    now = context.clock.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid(Fault("/expires_at", "is over"))
    await get_partner(context, partner_id)
    text = f"cpk_{'test' if sandbox else 'live'}_{partner_id.removeprefix(_PARTNER_PREFIX)}_{new_secret()}"
    named: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope in scopes)
    key = ApiKey(
        id=new_id("key"), partner_id=partner_id, prefix=text[: len(text) - 39],
        scopes=named, sandbox=sandbox, created_at=now, expires_at=expires_at, calls_per_s=calls_per_s,
    )  # fmt: skip
    return NewKey(key, text)


async def store_key(
    context: Context, new: NewKey, once: Callable[[NewKey], Once | None] = lambda _: None, *, like: str | None = None
) -> str | None:
    """Store an API key, made `like` another; returns the first answer where the idempotency key was seen.

    Raises WrongState, KeyReused.
    """
    key = new.key
    if key.sandbox:
        await trips.remember_market(context.store, sandbox_market(key.partner_id))
    said = {"partner": key.partner_id, "scopes": list(key.scopes), "sandbox": key.sandbox, "like": like}
    noted = act(context, "key.create", key.id, **said)
    return await store_partners.create_key(context.store, key, _hash(new.text), noted, once(new))


async def list_keys(context: Context, partner_id: str) -> list[ApiKey]:
    """Return a partner's keys, oldest first."""
    return await store_partners.list_keys(context.store, partner_id)


async def find_key(context: Context, key_id: str, partner_id: str | None = None) -> ApiKey:
    """Return a key by its id, of one partner or whoever's it is. Raises NotFound."""
    for owner in [partner_id] if partner_id is not None else await store_partners.partner_ids(context.store):
        for key in await store_partners.list_keys(context.store, owner):
            if key.id == key_id:
                return key
    raise NotFound("key", key_id)


async def revoke_key(context: Context, key_id: str, partner_id: str | None = None) -> ApiKey:
    """Revoke a key: it opens nothing from now on, on any process. Raises NotFound."""
    key = await find_key(context, key_id, partner_id)
    noted = act(context, "key.revoke", key.id, partner=key.partner_id)
    await store_partners.revoke_key(context.store, key.partner_id, key.id, context.clock.now(), noted)
    return await find_key(context, key_id, key.partner_id)


async def rotate_key(
    context: Context, key_id: str, overlap_s: int, partner_id: str | None = None,
    once: Callable[[NewKey], Once | None] = lambda _: None,
) -> NewKey:  # fmt: skip
    """Make a key like another, which ends after the overlap. Raises NotFound, Invalid, WrongState, KeyReused."""
    old = await find_key(context, key_id, partner_id)
    now = context.clock.now()
    if not 0 <= overlap_s <= _LONGEST_OVERLAP_S:
        raise Invalid(Fault("/overlap_s", f"must be 0 to {_LONGEST_OVERLAP_S}"))
    new = await new_key(context, old.partner_id, scopes=old.scopes, sandbox=old.sandbox, calls_per_s=old.calls_per_s)
    first = await first_answer_of_partner(context.store, old.partner_id, once(new))
    if first is None:
        if not old.opens_at(now):
            state = "ended" if old.revoked_at is None else "revoked"
            raise WrongState(key_id, state, "rotate", "make a new key instead")
        first = await store_key(context, new, once, like=old.id)
    ends = now + timedelta(seconds=overlap_s)
    noted = act(context, "key.expire", old.id, partner=old.partner_id, overlap_s=overlap_s)
    await store_partners.expire_key(context.store, old.partner_id, old.id, ends, noted)
    return replace(new, first=first)


def is_key(text: str) -> bool:
    """Tell whether credentials mean to be an API key."""
    return text.startswith("cpk_")


async def authenticate(context: Context, text: str) -> Caller:
    """Return who holds this API key. Raises Unauthenticated for an unknown, ended or revoked one."""
    parts = text.split("_", 3)
    if len(parts) == 4 and parts[0] == "cpk" and is_id(_PARTNER_PREFIX + parts[2], "partner"):
        # Found by the SHA-256 of 256 random bits: a timing difference tells nothing of a key.
        now = context.clock.now()
        key = await context.credentials.find(context.store, _PARTNER_PREFIX + parts[2], _hash(text), now)
        if key is not None and key.opens_at(now):
            scopes = frozenset(key.scopes)
            return Caller(key.partner_id, key.id, scopes, key.sandbox, calls_per_s=key.calls_per_s)
    raise Unauthenticated("this API key is unknown, has ended or was revoked")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
