"""What routes of markets, and of the time in a sandbox, take and answer."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.api.schemas.base import Answered
from service.api.schemas.matches import Fallback
from service.model.areas import Area
from service.model.trips import Instant


class ClockBody(BaseModel):
    """What time it is to be in the sandbox."""

    model_config = ConfigDict(extra="forbid", strict=True)

    now: Instant = Field(description="At most 366 days ahead, never back.", examples=["2027-03-01T07:30:00+01:00"])


class SandboxClock(Answered):
    """What time it is in the sandbox; it goes on from there."""

    now: AwareDatetime


class DecideByLead(Answered):
    """Trips are matched from some time before their earliest departure on."""

    lead_s: int


class DecideDaily(Answered):
    """Trips are matched from a time of the day before they leave on, in the market's time zone."""

    daily: str = Field(examples=["20:00"])


class Market(Answered):
    """A named area that is matched by itself."""

    name: str
    area: Area | None = Field(description="GeoJSON (RFC 7946). Null: it takes what is in no other's area.")
    timezone: str = Field(examples=["Europe/Amsterdam"])
    currency: str = Field(description="ISO 4217 code of cost shares.", examples=["EUR"])
    decide: Literal["at_once"] | DecideByLead | DecideDaily = Field(description="When its trips are matched.")
    fallback: Fallback | None = Field(description="What is said to who loses their way back on the way.")


class MeetingPoint(Answered):
    """A place where cars may stop for riders who walk."""

    id: str = Field(description="As the stops of a match name it; of one point in all markets.", examples=["zuid-1"])
    name: str = Field(examples=["Amsterdam Zuid, north entrance"])
    lat: float
    lon: float
