"""What looks at a market answer, for the OpenAPI document."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from service.api.schemas.base import Answered
from service.api.schemas.matches import CostShare, ReturnAtRisk
from service.model.trips import TripStatus


class CoarsePlace(Answered):
    """A place on a ~500 m grid."""

    lat: float
    lon: float


class Journey(Answered):
    """Somebody whom a trip could share a car with. Places are on a ~500 m grid, times on one of 5 minutes."""

    role: Literal["driver", "rider"] = Field(description="What the other would be.")
    trip_id: str | None = Field(description="The other's trip, where it is one of yours.")
    origin: CoarsePlace
    destination: CoarsePlace
    earliest_departure: AwareDatetime
    latest_arrival: AwareDatetime
    seats: int = Field(description="A driver's free seats before anybody got in, a rider's needed.")
    riders: int = Field(description="How many have agreed to ride in the car already.")
    pickup_at: AwareDatetime
    dropoff_at: AwareDatetime
    pickup_meeting_point: str | None = Field(
        description="Where a rider who looks would walk to, by its id; null: from their own place."
    )
    dropoff_meeting_point: str | None = Field(description="Where that rider would walk from; null: to their own place.")
    detour_s: int = Field(description="The driver's, beside what the car drives anyhow; rounded up to minutes.")
    saved_s: int = Field(description="Driving that the two save; rounded down to minutes.")
    cost_share: CostShare = Field(description="What the rider would pay, about.")
    certain: bool = Field(description="The two fit wherever in their cells the other's places are.")


class Journeys(Answered):
    """Who could ride together now, what saves most first."""

    market: str
    as_of: AwareDatetime = Field(
        description="What happened by then is in it; seldom more than a second ago, at most 10."
    )
    complete: bool = Field(description="False where the market has so many open trips that some are not seen.")
    items: list[Journey]


class RuledOut(Answered):
    """How many others a rule ruled out."""

    rule: int = Field(description="Its number in the problem's statement.")
    name: Literal["people", "seats", "detour", "driver_window", "rider_window", "ride", "committed"]
    count: int


class HelpfulChange(Answered):
    """The smallest change of one field by which the trip would fit with somebody, as far as they are free."""

    field: Literal["earliest_departure", "latest_arrival", "max_detour_s", "max_ride_s", "max_walk_m", "seats"]
    by: int = Field(description="Seconds, metres, or seats; negative: earlier, or fewer.")
    value: AwareDatetime | int = Field(description="What the field would be.")
    counterparts: int = Field(description="How many it would fit with that it does not fit with now.")


class OtherWayExplained(Answered):
    """The way back of a request, or the way out that it is the way back of: both are matched or neither."""

    request_id: str
    reason: Literal[
        "waiting_for_batch", "others_gain_more", "nobody_fits", "nobody_there", "either_held", "proposed"
    ] = Field(
        description="Why that one has no match; `proposed`: nobody can know yet whether it will be ridden, and the way "
        "back waits."
    )  # fmt: skip
    possible: int = Field(description="Those that it fits with.")
    changes: list[HelpfulChange] = Field(description="Each by itself would help that one, where it lacks somebody.")


class Explanation(Answered):
    """Why a trip has no match now. Others are taken at places on a ~500 m grid."""

    trip_id: str
    status: TripStatus
    match_id: str | None
    reason: Literal[
        "waiting_for_batch", "others_gain_more", "nobody_fits", "nobody_there", "either_held", "other_way", "proposed",
        "confirmed", "under_way", "completed", "cancelled", "expired",
    ] = Field(
        description="`others_gain_more`: it fits with trips that a match holds by now. `either_held`: another trip of "
        "its `either` is held. `other_way`: this way fits with "
        "somebody, and the other does not. Of a trip that is not open, its status; nothing else is told of it then."
    )  # fmt: skip
    decide_at: AwareDatetime
    as_of: AwareDatetime = Field(
        description="What happened by then is in it; seldom more than a second ago, at most 10."
    )
    complete: bool = Field(description="False where the market has so many open trips that some are not seen.")
    counterparts: int = Field(
        description="Open trips of the other kind, and agreed cars; over a border, as far as batches match over it."
    )
    ruled_out: list[RuledOut] = Field(
        description="By the first rule that each breaks, in this order: people, seats, detour, the driver's window, "
        "the rider's window, the ride's length, and riders who have agreed to ride in a car."
    )
    possible: int = Field(description="Those that no rule ruled out.")
    taken: int = Field(description="Those that would fit, but that a match holds.")
    seat_worth_s: int | None = Field(
        description="What each of these was worth to the batch that matched it, in seconds of its score: the middle of "
        "them, rounded up to 10 minutes. Null where they are fewer than five."
    )
    changes: list[HelpfulChange] = Field(
        description="Each by itself would help, wherever in their cells the others are. Of a request with another way: "
        "to be matched, that one has to fit with somebody, too; none where it alone does not."
    )
    other_way: OtherWayExplained | None = Field(
        description="Of a request whose way out or way back is open or proposed, too."
    )
    at_risk: ReturnAtRisk | None = Field(
        description="Of a way back whose way out is under way or ridden: how to get home."
    )
