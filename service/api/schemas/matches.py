"""What routes of matches answer."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from service.api.schemas.base import Answered
from service.model.matches import Answer, MatchStatus


class RiderEnd(Answered):
    """Where and when a rider gets in or out."""

    lat: float
    lon: float
    at: AwareDatetime
    walk_m: int = Field(description="Of your riders: the walk between their own place and this one.")
    meeting_point: str | None = Field(description="Its id. Another's is told once the car is agreed.")


class CostShare(Answered):
    """What a rider pays the driver."""

    amount: str = Field(description="Decimal, as text.", examples=["2.35"])
    currency: str


class OtherWay(Answered):
    """The way back of a way out, or the way out of a way back."""

    request_id: str
    match_id: str


class Rider(Answered):
    """One rider of a match."""

    request_id: str
    display_name: str | None = Field(description="Once the car is agreed, for the partners of who is in it.")
    pickup: RiderEnd
    dropoff: RiderEnd
    cost_share: CostShare | None = Field(description="Null for other partners' riders, unless your driver is paid.")
    answer: Answer | None
    picked_up_at: AwareDatetime | None
    dropped_off_at: AwareDatetime | None
    other_way: OtherWay | None = Field(description="Of your riders, where both ways were proposed together.")


class Driver(Answered):
    """The driver of a match."""

    answer: Answer | None
    display_name: str | None = Field(description="Once the car is agreed, for the partners of who is in it.")


class MatchStop(Answered):
    """A stop of the car. Where `exact` is false it is another's: the place is rounded to ~500 m, the time to 5 min."""

    kind: Literal["depart", "pickup", "dropoff", "arrive"]
    request_id: str | None
    at: AwareDatetime
    lat: float
    lon: float
    walk_m: int = Field(description="Of your riders: the walk between their own place and this one.")
    meeting_point: str | None = Field(description="Its id. Another's is told once the car is agreed.")
    exact: bool


class MatchLeft(Answered):
    """A trip that was cancelled in this match."""

    trip_id: str
    at: AwareDatetime
    reason: str = Field(description="Theirs, `trip_cancelled`, or `no_show`.")
    late: bool = Field(description="The match was agreed, and the trip's pick-up or departure near.")


class CarPosition(Answered):
    """Where the car was."""

    lat: float
    lon: float
    at: AwareDatetime


class MatchInvitation(Answered):
    """Riders whom a batch would add to an agreed car, which is so once they have accepted."""

    riders: list[Rider] = Field(description="All of the car: those without an answer are invited.")
    stops: list[MatchStop]
    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    batch_id: str


class Match(Answered):
    """A car: one offer and its riders."""

    id: str
    status: MatchStatus
    version: int
    offer_id: str
    riders: list[Rider]
    driver: Driver
    stops: list[MatchStop]
    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    awaiting: list[str] = Field(description="Trips that have yet to answer.")
    expires_at: AwareDatetime
    invitation: MatchInvitation | None = Field(
        description="Of a confirmed car with people of yours, where riders of yours may join it. "
        "Who has nobody else in it reads it as proposed."
    )
    reason: str | None = Field(description="Why the match is as it is since its last change.")
    left: list[MatchLeft] = Field(description="Who was in the car, or ended the match.")
    position: CarPosition | None = Field(description="While the car is under way; never in events.")
    batch_id: str
    created_at: AwareDatetime


class Fallback(Answered):
    """How somebody gets home whose way back has fallen through."""

    label: str = Field(examples=["Taxi voucher"])
    phone: str | None = Field(None, examples=["+31 20 123 4567"])
    url: str | None = Field(None, examples=["https://acme.example/way-home"])


class ReturnAtRisk(Answered):
    """A way back without a car, while its way out is under way or ridden."""

    request_id: str
    fallback: Fallback | None = Field(
        description="What the first of the trip's communities that has a fall-back says, else the market."
    )


class MatchOfLostReturn(Match):
    """A match that a way back has lost."""

    at_risk: ReturnAtRisk
