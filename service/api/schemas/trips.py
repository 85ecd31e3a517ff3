"""What routes of trips answer."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from service.model.trips import OfferDraft, RequestDraft, TripStatus


class _TripAnswer(BaseModel):
    id: str
    status: TripStatus
    version: int
    match_id: str | None = Field(description="The match that holds this trip.")
    role: Literal["driver", "rider"] | None = Field(
        None, description="What a match has this person do: by this trip, or by another of the same `either`."
    )
    series_id: str | None = None
    decide_at: AwareDatetime = Field(
        description="By when the first batch that may match it has run: at once, or by its market's `decide`."
    )
    created_at: AwareDatetime


class Offer(OfferDraft, _TripAnswer):
    """A driver's trip as it is kept."""


class Request(RequestDraft, _TripAnswer):
    """A rider's trip as it is kept."""
