"""What routes of webhook endpoints and of events answer."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from service.api.schemas.base import Answered
from service.model.events import EventType
from service.model.webhooks import DeliveryStatus, DisabledReason, EndpointStatus


class Redelivery(Answered):
    """What is owed again."""

    queued: int = Field(description="How many; what was owed already does not count.")
    next_since: AwareDatetime | None = Field(description="There was too much for one call: go on with this `since`.")


class Endpoint(Answered):
    """A webhook endpoint."""

    id: str
    url: str
    event_types: list[EventType] | None
    communities: list[str] | None
    description: str
    status: EndpointStatus
    disabled_reason: DisabledReason | None
    public_key: str | None = Field(description="`whpk_…`, where it is signed with ed25519 (`v1a`) as well.")
    old_secrets_until: AwareDatetime | None = Field(description="Until when secrets before the newest sign, or did.")
    created_at: AwareDatetime
    version: int


class NewEndpoint(Endpoint):
    """A webhook endpoint just made, with its secret."""

    secret: str = Field(description="Signs every delivery (Standard Webhooks). Shown this once.")


class Attempt(Answered):
    """One try at a delivery."""

    at: AwareDatetime
    status: int | None = Field(description="The answer's status; null where there was none.")
    error: str | None = Field(description="Why there was no answer.")
    latency_ms: int
    answer: str = Field(description="The first KiB of the answer.")


class Delivery(Answered):
    """An event owed to an endpoint."""

    id: str
    event_id: str
    event_type: str
    status: DeliveryStatus
    attempts: list[Attempt]
    next_attempt_at: AwareDatetime | None


class Event(Answered):
    """Something that happened."""

    id: str
    type: EventType
    timestamp: AwareDatetime
    seq: int = Field(description="Counts up per match or trip.")
    data: dict[str, Any] = Field(description="The match, trip or endpoint as it was then.")
