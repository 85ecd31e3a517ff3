"""Webhook endpoints, and the deliveries that are owed to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from service.clock import from_ms, rfc3339
from service.model.events import EventFilter, event_body, event_id, log_entry, log_id

EndpointStatus = Literal["enabled", "disabled"]
DeliveryStatus = Literal["pending", "succeeded", "failed"]
DisabledReason = Literal["gone", "failing"]
MOST_ENDPOINTS = 20
MOST_OLD_SECRETS = 6  # that sign on, each a while, beside the newest


@dataclass(frozen=True, slots=True)
class OldSecret:
    """A secret (encrypted) that another has taken the place of, and until when it signs as well."""

    sealed: str = field(repr=False)
    until_ms: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a partner takes events. No `event_types` means all of them, also those that come later.

    With `communities`, of events about trips only those about a trip that names one of them.
    `sealed_secret` is encrypted, and so is `sealed_key`, the private one of `public_key`, where that signs as well.
    `failing_since_ms` is when the first of an unbroken row of failures ended.
    """

    id: str
    url: str
    event_types: tuple[str, ...]
    description: str
    status: EndpointStatus
    version: int
    created_at: datetime
    sealed_secret: str = field(repr=False)
    disabled_reason: DisabledReason | None = None
    failing_since_ms: int | None = None
    sealed_key: str = field(default="", repr=False)
    public_key: str | None = None
    old_secrets: tuple[OldSecret, ...] = ()
    communities: tuple[str, ...] = ()

    @property
    def wants(self) -> EventFilter:
        """Which events it takes."""
        return EventFilter(frozenset(self.event_types), frozenset(self.communities))

    def signing_at(self, now_ms: int) -> list[str]:
        """Return the secrets, encrypted, that sign at a time: the newest first."""
        own = [self.sealed_secret, *([self.sealed_key] if self.sealed_key else [])]
        return own + [old.sealed for old in self.old_secrets if now_ms < old.until_ms]

    def document(self) -> dict[str, Any]:
        """Return the resource as its partner reads it."""
        return {
            "id": self.id, "url": self.url, "event_types": list(self.event_types) or None,
            "communities": list(self.communities) or None, "description": self.description,
            "status": self.status, "disabled_reason": self.disabled_reason,
            "public_key": self.public_key,
            "old_secrets_until": rfc3339(from_ms(max(old.until_ms for old in self.old_secrets)))
            if self.old_secrets else None,
            "created_at": rfc3339(self.created_at), "version": self.version,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event owed to an endpoint and each attempt made, oldest first, as the JSON that was kept."""

    id: str
    event_id: str
    event_type: str
    status: DeliveryStatus
    attempts: list[dict[str, Any]]
    next_attempt_at: datetime | None

    def document(self) -> dict[str, Any]:
        """Return the resource as its partner reads it."""
        due = self.next_attempt_at
        return {
            "id": self.id, "event_id": self.event_id, "event_type": self.event_type, "status": self.status,
            "attempts": self.attempts, "next_attempt_at": rfc3339(due) if due else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery that a worker holds under a lease; `token` proves that its claim is the newest.

    `owner` is whose log of events `entry` stands in, `attempts` how many were made before.
    """

    owner: str
    endpoint: Endpoint
    entry: str
    subject: str
    token: str
    attempts: int
    type: str
    at: str
    seq: str
    data: str
    trace: str = ""

    @property
    def event_id(self) -> str:
        """The event's id, the same in every attempt and at every endpoint."""
        return event_id(self.owner, self.entry)

    @property
    def delivery_id(self) -> str:
        """The delivery's id."""
        return delivery_id(self.endpoint.id, self.entry)

    @property
    def logged_ms(self) -> int:
        """When the event came into its log, in epoch milliseconds."""
        return int(self.entry.partition("-")[0])

    def payload(self) -> bytes:
        """Return the body to send, the same in every attempt."""
        return event_body(self.event_id, self.type, self.at, self.seq, self.data)


def delivery_id(endpoint_id: str, entry: str) -> str:
    """Return ``dlv_…`` of a log entry at an endpoint."""
    return log_id("dlv", endpoint_id, entry)


def delivery_entry(endpoint_id: str, id_: str) -> str | None:
    """Return the log entry of a delivery id of this endpoint, None where it is not one."""
    return log_entry("dlv", endpoint_id, id_)
