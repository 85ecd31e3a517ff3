"""What routes of matches take."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.model.trips import Instant


class AnswerBody(BaseModel):
    """Of which trip, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    trip_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reason: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None


class DelayBody(BaseModel):
    """Who is late, and by how much."""

    model_config = ConfigDict(extra="forbid", strict=True)

    trip_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    delay_s: Annotated[int, Field(ge=1, le=14_400)] = Field(
        description="Later than the match says now. Send If-Match, so that a repeat is not added to it."
    )


class PositionBody(BaseModel):
    """Where the car is."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    lat: Annotated[float, Field(ge=-90, le=90)] = Field(description="Latitude, degrees.", examples=[52.3702])
    lon: Annotated[float, Field(ge=-180, le=180)] = Field(description="Longitude, degrees.", examples=[4.8952])
    at: Instant = Field(description="When it was there.", examples=["2027-03-01T07:42:10+01:00"])
