"""What routes of batches take and answer."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.api.schemas.base import Answered
from service.model.batches import BatchStatus, Places
from service.model.markets import MarketName
from service.model.partners import LIVE_MARKET


class BatchBody(BaseModel):
    """Of which market."""

    model_config = ConfigDict(extra="forbid", strict=True)

    market: MarketName = Field(LIVE_MARKET, description="A name of GET /v1/markets. A sandbox has but its own.")


class Batch(Answered):
    """One run of the matcher."""

    id: str
    status: BatchStatus
    version: int
    market: str
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    offers: int
    requests: int
    sizes: dict[str, int]
    timing_s: dict[str, float]
    score: int | None
    bound: int | None = Field(description="No plan scores more than this.")
    bound_scope: str | None
    gap: float | None = Field(description="(bound - score) / bound")
    matches: int
    riders: int
    withdrawn: int = Field(description="Matches that found a trip changed meanwhile.")
    detail: str | None


class Certificate(Answered):
    """What proves a batch: `carpool verify` shows from it alone that no plan scores more than the plan's bound."""

    batch_id: str
    places: Places = Field(description="Whether the places are those of the batch or on a ~500 m grid.")
    instance: dict[str, Any] = Field(
        description="The batch's offers and requests, as `carpool match` takes them. Trips, eithers and traits have "
        "numbers for names."
    )
    plan: dict[str, Any] = Field(
        description="The plan of this instance: its matches, score and bound, and in `certificate` the duals."
    )


class CertificateAsked(Answered):
    """A certificate that is being made."""

    batch_id: str
    places: Places
