"""What is answered of commuters, and taken of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from service.api.schemas.base import Answered
from service.api.schemas.matches import Match
from service.api.schemas.series import OfferSeries, RequestSeries
from service.api.schemas.trips import Offer, Request
from service.model.reports import ReportKind
from service.model.trips import Instant, TripStatus

_PLAIN = r"^[^\x00-\x1f\x7f]*$"


class Block(Answered):
    """Whom a commuter never rides with again."""

    id: str = Field(description="As they were named: your own commuter's id, or the id of another partner's trip.")
    since: AwareDatetime


class ErasedTrip(Answered):
    """What events tell of a trip whose commuter was erased."""

    id: str
    status: TripStatus
    version: int


class ConsentBody(BaseModel):
    """What the person has consented to, of which you keep the words."""

    model_config = ConfigDict(extra="forbid", strict=True)

    purpose: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PLAIN)] = Field(
        examples=["car pooling to work"]
    )
    version: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PLAIN)] = Field(
        description="Of the text that they read.", examples=["2027-01"]
    )
    at: Instant = Field(description="When they said so.", examples=["2027-02-20T09:00:00+01:00"])


class ProfileBody(BaseModel):
    """All that is said of a person: what is left out or null is taken back."""

    model_config = ConfigDict(extra="forbid", strict=True)

    display_name: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_PLAIN)] | None = Field(
        None, description="What people in an agreed car call them.", examples=["Ada"]
    )
    consent: ConsentBody | None = None


class Consent(Answered):
    """A consent, and whether and when it was withdrawn, or another took its place."""

    purpose: str
    version: str
    at: AwareDatetime
    withdrawn_at: AwareDatetime | None


class Profile(Answered):
    """What is kept of a commuter beyond their trips."""

    id: str
    display_name: str | None
    consent: Consent | None
    past_consents: list[Consent] = Field(description="The newest 20, with the one that holds; oldest first.")
    version: int
    updated_at: AwareDatetime


class ReportBody(BaseModel):
    """What a person says of another whom they were to ride with."""

    model_config = ConfigDict(extra="forbid", strict=True)

    match_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    about_trip_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        description="The other's trip in that match."
    )
    kind: ReportKind
    text: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")] = Field(
        "", description="In the person's words."
    )
    block: bool = Field(False, description="The two also never ride together again.")


class ReportReceipt(Answered):
    """A report that was taken in."""

    id: str
    match_id: str
    about_trip_id: str
    kind: ReportKind
    created_at: AwareDatetime


class Report(ReportReceipt):
    """A report. To the partner of who is reported, the reporter and their words are null."""

    commuter_id: str | None
    text: str | None


class Export(Answered):
    """All that is kept about a person, but for their part in others' blocks and reports. Lists are whole."""

    commuter_id: str
    exported_at: AwareDatetime
    profile: list[Profile] = Field(description="One, or none.")
    offers: list[Offer]
    requests: list[Request]
    series: list[OfferSeries | RequestSeries]
    matches: list[Match] = Field(description="With this person's own stops and part alone.")
    events: list[dict[str, Any]] = Field(description="`id`, `type` and `data`, which is cut as matches are.")
    deliveries: list[dict[str, Any]] = Field(description="By `event_id` and `endpoint_id`, with their attempts.")
    blocks: list[Block]
    reports: list[Report] = Field(description="By this person.")
