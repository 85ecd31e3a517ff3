"""What routes of webhook endpoints take."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from service.ids import EventId
from service.model.events import EventType
from service.model.trips import Instant, Tag
from service.model.webhooks import EndpointStatus


class _EndpointFields(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)] = Field(
        description="https, to a public address.", examples=["https://acme.example/carpool"]
    )
    event_types: Annotated[list[EventType], Field(max_length=50)] | None = Field(
        None, description="Only these; absent or empty for all, also those that come later."
    )
    communities: Annotated[list[Tag], Field(max_length=32)] | None = Field(
        None, description="Of events about trips only those about a trip of yours that names one of these; absent or "
        "empty for all. Events about no trip come always.", examples=[["zuidas"]],
    )  # fmt: skip
    description: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class EndpointBody(_EndpointFields):
    """Where to take events."""

    asymmetric: bool = Field(
        False, description="Sign with ed25519 (`v1a`) as well, which `public_key` verifies and nobody but us can make."
    )


class EndpointDraft(_EndpointFields):
    """What of an endpoint can be changed."""

    status: EndpointStatus = Field(
        "enabled", description="`enabled` again, where it was disabled: what is owed is sent."
    )


class SampleBody(BaseModel):
    """Of which type."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: EventType


class RotateBody(BaseModel):
    """How long the secret of before still signs."""

    model_config = ConfigDict(extra="forbid", strict=True)

    overlap_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        86_400, description="0 for one that has leaked. It holds for all secrets of before."
    )


class RedeliverBody(BaseModel):
    """Which events: those named, or what was missed in a time."""

    model_config = ConfigDict(extra="forbid", strict=True)

    event_ids: Annotated[list[EventId], Field(min_length=1, max_length=100)] | None = Field(
        None, description="These, also if they were taken, and of any type."
    )
    since: Instant | None = Field(
        None, description="What came from then on, and was given up on or never sent; of the endpoint's types."
    )
    until: Instant | None = Field(None, description="And before then. Only with `since`.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.event_ids is None) == (self.since is None):
            raise ValueError("must have either event_ids or since")
        if self.until is not None and (self.since is None or self.until <= self.since):
            raise ValueError("must have until after since, if at all")
        return self
