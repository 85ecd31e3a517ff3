"""What the API answers, for the OpenAPI document; the documents themselves are made by the records."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from service.model.areas import Area
from service.model.batches import BatchStatus, Places
from service.model.events import EventType
from service.model.markets import MarketName
from service.model.matches import Answer, MatchStatus
from service.model.partners import LIVE_MARKET
from service.model.series import SeriesStatus
from service.model.trips import Instant, Kind, OfferDraft, RequestDraft, TripStatus
from service.model.webhooks import DeliveryStatus, DisabledReason, EndpointStatus

Item = TypeVar("Item")


class _Answered(BaseModel):
    model_config = ConfigDict(extra="forbid")


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


class Occurrence(_Answered):
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


class RiderEnd(_Answered):
    """Where and when a rider gets in or out."""

    lat: float
    lon: float
    at: AwareDatetime
    walk_m: int
    meeting_point: str | None


class CostShare(_Answered):
    """What a rider pays the driver."""

    amount: str = Field(description="Decimal, as text.", examples=["2.35"])
    currency: str


class OtherWay(_Answered):
    """The way back of a way out, or the way out of a way back."""

    request_id: str
    match_id: str


class Rider(_Answered):
    """One rider of a match."""

    request_id: str
    pickup: RiderEnd
    dropoff: RiderEnd
    cost_share: CostShare | None = Field(description="Null for other partners' riders, unless your driver is paid.")
    answer: Answer | None
    picked_up_at: AwareDatetime | None
    dropped_off_at: AwareDatetime | None
    other_way: OtherWay | None = Field(description="Of your riders, where both ways were proposed together.")


class Driver(_Answered):
    """The driver of a match."""

    answer: Answer | None


class MatchStop(_Answered):
    """A stop of the car. Where `exact` is false it is another's: the place is rounded to ~500 m, the time to 5 min."""

    kind: Literal["depart", "pickup", "dropoff", "arrive"]
    request_id: str | None
    at: AwareDatetime
    lat: float
    lon: float
    walk_m: int
    meeting_point: str | None
    exact: bool


class MatchLeft(_Answered):
    """A trip that was cancelled in this match."""

    trip_id: str
    at: AwareDatetime
    reason: str = Field(description="Theirs, `trip_cancelled`, or `no_show`.")
    late: bool = Field(description="The match was agreed, and the trip's pick-up or departure near.")


class CarPosition(_Answered):
    """Where the car was."""

    lat: float
    lon: float
    at: AwareDatetime


class MatchInvitation(_Answered):
    """Riders whom a batch would add to an agreed car, which is so once they have accepted."""

    riders: list[Rider] = Field(description="All of the car: those without an answer are invited.")
    stops: list[MatchStop]
    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    batch_id: str


class Match(_Answered):
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


class ClockBody(BaseModel):
    """What time it is to be in the sandbox."""

    model_config = ConfigDict(extra="forbid", strict=True)

    now: Instant = Field(description="At most 366 days ahead, never back.", examples=["2027-03-01T07:30:00+01:00"])


class SandboxClock(_Answered):
    """What time it is in the sandbox; it goes on from there."""

    now: AwareDatetime


class DecideByLead(_Answered):
    """Trips are matched from some time before their earliest departure on."""

    lead_s: int


class DecideDaily(_Answered):
    """Trips are matched from a time of the day before they leave on, in the market's time zone."""

    daily: str = Field(examples=["20:00"])


class Fallback(_Answered):
    """How somebody gets home whose way back has fallen through."""

    label: str = Field(examples=["Taxi voucher"])
    phone: str | None = Field(None, examples=["+31 20 123 4567"])
    url: str | None = Field(None, examples=["https://acme.example/way-home"])


class ReturnAtRisk(_Answered):
    """A way back that has lost its car while its way out is under way or ridden."""

    request_id: str
    fallback: Fallback | None = Field(description="What the market says for this.")


class MatchOfLostReturn(Match):
    """A match that a way back has lost."""

    at_risk: ReturnAtRisk


class Market(_Answered):
    """A named area that is matched by itself."""

    name: str
    area: Area | None = Field(description="GeoJSON (RFC 7946). Null: it takes what is in no other's area.")
    timezone: str = Field(examples=["Europe/Amsterdam"])
    currency: str = Field(description="ISO 4217 code of cost shares.", examples=["EUR"])
    decide: Literal["at_once"] | DecideByLead | DecideDaily = Field(description="When its trips are matched.")
    fallback: Fallback | None = Field(description="What is said to who loses their way back on the way.")


class BatchBody(BaseModel):
    """Of which market."""

    model_config = ConfigDict(extra="forbid", strict=True)

    market: MarketName = Field(LIVE_MARKET, description="A name of GET /v1/markets. A sandbox has but its own.")


class Batch(_Answered):
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


class Certificate(_Answered):
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


class CertificateAsked(_Answered):
    """A certificate that is being made."""

    batch_id: str
    places: Places


class _EndpointFields(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)] = Field(
        description="https, to a public address.", examples=["https://acme.example/carpool"]
    )
    event_types: Annotated[list[EventType], Field(max_length=50)] | None = Field(
        None, description="Only these; absent or empty for all, also those that come later."
    )
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

    event_ids: (
        Annotated[list[Annotated[str, Field(pattern=r"^evt_[0-9a-z]{26}$")]], Field(min_length=1, max_length=100)]
        | None
    ) = Field(None, description="These, also if they were taken, and of any type.")
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


class Redelivery(_Answered):
    """What is owed again."""

    queued: int = Field(description="How many; what was owed already does not count.")
    next_since: AwareDatetime | None = Field(description="There was too much for one call: go on with this `since`.")


class Endpoint(_Answered):
    """A webhook endpoint."""

    id: str
    url: str
    event_types: list[EventType] | None
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


class Attempt(_Answered):
    """One try at a delivery."""

    at: AwareDatetime
    status: int | None = Field(description="The answer's status; null where there was none.")
    error: str | None = Field(description="Why there was no answer.")
    latency_ms: int
    answer: str = Field(description="The first KiB of the answer.")


class Delivery(_Answered):
    """An event owed to an endpoint."""

    id: str
    event_id: str
    event_type: str
    status: DeliveryStatus
    attempts: list[Attempt]
    next_attempt_at: AwareDatetime | None


class Event(_Answered):
    """Something that happened."""

    id: str
    type: EventType
    timestamp: AwareDatetime
    seq: int = Field(description="Counts up per match or trip.")
    data: dict[str, Any] = Field(description="The match, trip or endpoint as it was then.")


class Listed(_Answered, Generic[Item]):
    """A page of a list: newest first, but for events, which are oldest first."""

    items: list[Item]
    next_cursor: str | None


class ProblemFault(_Answered):
    """One thing that was wrong."""

    pointer: str = Field(description="RFC 6901 pointer into the body, `?name` of a parameter, or a header's name.")
    detail: str


class ProblemBody(_Answered):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemFault] = []
