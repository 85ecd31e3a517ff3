"""What routes of series answer."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime, BaseModel, Field

from service.api.schemas.base import Answered
from service.model.series import SeriesStatus
from service.model.trips import Kind, OfferDraft, RequestDraft


class Occurrence(Answered):
    """A day of a series."""

    date: date
    trip_id: str | None = Field(description="Null where the clocks change within its window and leave too little.")


class _SeriesAnswer(BaseModel):
    id: str
    kind: Kind
    status: SeriesStatus = Field(description="`ended`: all of its trips have been made.")
    version: int
    series_id: str = Field(description="Its own id, as its trips name it.")
    until: date | None = Field(description="The local day from which on it was ended.")
    occurrences: list[Occurrence] = Field(description="The days ahead whose trips have been made.")
    created_at: AwareDatetime


class LaterOffer(OfferDraft):
    """What an offer's series is from a day on."""

    from_: date = Field(alias="from")


class LaterRequest(RequestDraft):
    """What a request's series is from a day on."""

    from_: date = Field(alias="from")


class OfferSeries(OfferDraft, _SeriesAnswer):
    """A driver's trip that recurs. Its times are those of its first trip."""

    later: list[LaterOffer]


class RequestSeries(RequestDraft, _SeriesAnswer):
    """A rider's trip that recurs. Its times are those of its first trip."""

    later: list[LaterRequest]
