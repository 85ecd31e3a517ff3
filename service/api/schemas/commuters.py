"""What is answered of commuters, and taken of them."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from service.api.schemas.base import Answered
from service.api.schemas.matches import Match
from service.api.schemas.series import OfferSeries, RequestSeries
from service.api.schemas.trips import Offer, Request
from service.model.trips import TripStatus


class Block(Answered):
    """Whom a commuter never rides with again."""

    id: str = Field(description="As they were named: your own commuter's id, or the id of another partner's trip.")
    since: AwareDatetime


class Export(Answered):
    """All that is kept about a person, but for their part in others' blocks and reports. Lists are whole."""

    commuter_id: str
    exported_at: AwareDatetime
    offers: list[Offer]
    requests: list[Request]
    series: list[OfferSeries | RequestSeries]
    matches: list[Match] = Field(description="With this person's own stops and part alone.")
    events: list[dict[str, Any]] = Field(description="`id`, `type` and `data`, which is cut as matches are.")
    deliveries: list[dict[str, Any]] = Field(description="By `event_id` and `endpoint_id`, with their attempts.")
    blocks: list[Block]


class ErasedTrip(Answered):
    """What events tell of a trip whose commuter was erased."""

    id: str
    status: TripStatus
    version: int
