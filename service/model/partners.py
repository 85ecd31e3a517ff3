"""Partners (tenants), their API keys, and who calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, get_args

from service.clock import rfc3339

Scope = Literal[
    "trips:write", "trips:read", "matches:write", "matches:read", "webhooks:manage", "commuters:manage", "operator"
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PARTNER_SCOPES: tuple[Scope, ...] = SCOPES[:-1]
COMMUTER_SCOPES: frozenset[Scope] = frozenset(("trips:write", "trips:read", "matches:write", "matches:read"))
LIVE_MARKET = "main"
_SANDBOX = "sandbox-"


@dataclass(frozen=True, slots=True)
class Partner:
    """A tenant. `shares_with`: "all", "own", or a comma-separated list of partner ids.

    `fallbacks`: by community what is said to its people who lose their way back on the way: of label, phone and url.
    `origins`: of the web pages whose scripts may read what its credentials are answered.
    """

    id: str
    name: str
    shares_with: str
    created_at: datetime
    fallbacks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    origins: tuple[str, ...] = ()
    version: int = 1

    def document(self) -> dict[str, Any]:
        """Return the resource as operators read it."""
        return {
            "id": self.id, "version": self.version, "name": self.name, "shares_with": self.shares_with,
            "fallbacks": {community: dict(said) for community, said in self.fallbacks.items()},
            "origins": list(self.origins), "created_at": rfc3339(self.created_at),
        }  # fmt: skip

    def shares(self, other_id: str) -> bool:
        """Tell whether this partner's people may ride with the other's, as far as this side goes."""
        return self.id == other_id or self.shares_with == "all" or other_id in self.shares_with.split(",")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret. `prefix` is what its holder recognises it by; `used_at` is true to a minute.

    `calls_per_s`: None for what the settings say.
    """

    id: str
    partner_id: str
    prefix: str
    scopes: tuple[Scope, ...]
    sandbox: bool
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    used_at: datetime | None = None
    calls_per_s: int | None = None

    def document(self) -> dict[str, Any]:
        """Return the resource as operators read it."""
        times = {"revoked_at": self.revoked_at, "expires_at": self.expires_at, "last_used_at": self.used_at}
        return {
            "id": self.id, "partner_id": self.partner_id, "prefix": self.prefix, "scopes": list(self.scopes),
            "sandbox": self.sandbox, "calls_per_s": self.calls_per_s, "created_at": rfc3339(self.created_at),
            **{name: at and rfc3339(at) for name, at in times.items()},
        }  # fmt: skip

    def opens_at(self, now: datetime) -> bool:
        """Tell whether the key opens anything at this instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class OfPerson(Protocol):
    """What is some person's: a trip, a series, a part in a match."""

    @property
    def partner_id(self) -> str:
        """The partner that the person is of."""

    @property
    def commuter_id(self) -> str:
        """The partner's id of the person."""


@dataclass(frozen=True, slots=True)
class Whose:
    """All people of a partner, or one of them: whose things somebody sees as their own."""

    partner_id: str
    commuter_id: str | None = None

    def has(self, thing: OfPerson) -> bool:
        """Tell whether a thing is theirs."""
        return thing.partner_id == self.partner_id and self.commuter_id in (None, thing.commuter_id)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is calling: a partner through one of its keys, or one of its commuters by a token that such a key made.

    `traits`: what the partner vouches for of that commuter; `calls_per_s`: of the key, None for what the settings say.
    """

    partner_id: str
    key_id: str
    scopes: frozenset[str]
    sandbox: bool
    commuter_id: str | None = None
    traits: frozenset[str] = frozenset()
    calls_per_s: int | None = None

    @property
    def whose(self) -> Whose:
        """Whose things the caller sees as its own."""
        return Whose(self.partner_id, self.commuter_id)

    def owns(self, thing: OfPerson) -> bool:
        """Tell whether a thing is the caller's own."""
        return self.whose.has(thing)

    @property
    def partner(self) -> Caller:
        """The partner as a whole, for what follows from what one of its commuters did."""
        return replace(self, commuter_id=None, traits=frozenset())

    @property
    def world(self) -> str:
        """The market of the partner's sandbox, where the caller sees nothing else; "" where it is the live ones."""
        return sandbox_market(self.partner_id) if self.sandbox else ""


def sandbox_market(partner_id: str) -> str:
    """Return the market of a partner's sandbox."""
    return f"{_SANDBOX}{partner_id}"


def is_sandbox(market: str) -> bool:
    """Tell whether a market is a sandbox."""
    return market.startswith(_SANDBOX)
