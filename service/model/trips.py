"""Trips: what people post (drafts) and what is kept (Trip)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from service.clock import rfc3339
from service.ids import PREFIXES
from service.model.recurrence import Recurrence
from service.tracing import traceparent

Kind = Literal["offer", "request"]
TripStatus = Literal["open", "proposed", "confirmed", "under_way", "completed", "cancelled", "expired"]


def _rfc3339(value: Any) -> Any:
    # The library would also take epoch numbers and dates alone, which people do not mean.
    if not isinstance(value, datetime) and not (isinstance(value, str) and _RFC3339.fullmatch(value)):
        raise ValueError("must be an RFC 3339 time with an offset, such as 2027-03-01T07:30:00+01:00")
    if isinstance(value, str) and not "2000" <= value[:4] <= "2199":
        raise ValueError("must be in this century or the next")
    return value


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_rfc3339)]
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
TAG_FORM = r"^[A-Za-z0-9_.:@+-]+$"
Tag = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=TAG_FORM)]
CommuterId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=TAG_FORM)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
MOST_WALK_M = 5000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Spot(_Strict):
    """A place in WGS 84 degrees, with the words a person would use for it."""

    lat: Annotated[float, Field(ge=-90, le=90)] = Field(description="Latitude, degrees.", examples=[52.3702])
    lon: Annotated[float, Field(ge=-180, le=180)] = Field(description="Longitude, degrees.", examples=[4.8952])
    label: Text | None = Field(None, description="What people call it.", examples=["Amsterdam Zuid"])


class Vehicle(_Strict):
    """The car, as its riders will look for it."""

    label: Text | None = Field(None, examples=["blue Kia Niro"])
    plate: Annotated[str, StringConstraints(max_length=16, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = Field(
        None, examples=["X-123-YZ"]
    )
    co2_g_per_km: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Grams of CO2 the car emits per kilometre.", examples=[120]
    )


class TripDraft(_Strict):
    """What offers and requests have in common."""

    commuter_id: CommuterId = Field(description="Your id of the person.", examples=["ada"])
    origin: Spot
    destination: Spot
    earliest_departure: Instant = Field(examples=["2027-03-01T07:30:00+01:00"])
    latest_arrival: Instant = Field(examples=["2027-03-01T08:45:00+01:00"])
    traits: Annotated[list[Tag], Field(max_length=32)] = Field(
        default=[], description="What you or a community vouch for.", examples=[["employee:acme", "non_smoker"]]
    )
    requires: Annotated[list[Tag], Field(max_length=32)] = Field(
        default=[], description="What this person asks of everyone in the car.", examples=[["non_smoker"]]
    )
    communities: Annotated[list[Tag], Field(max_length=32)] = Field(default=[], examples=[["zuidas"]])
    either: Tag | None = Field(
        None, description="Trips of yours that share this: at most one of them is matched (drive or ride)."
    )
    external_id: Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    metadata: Annotated[dict[Tag, Text], Field(max_length=20)] = Field(
        default={},
        description="Up to 20 short strings of your own, answered as they came.",
        json_schema_extra={"propertyNames": {"minLength": 1, "maxLength": 64, "pattern": TAG_FORM}},
    )
    recurrence: Recurrence | None = Field(None, description="The trip recurs: it is posted as a series.")


class OfferDraft(TripDraft):
    """A driver's trip with free seats."""

    seats: Annotated[int, Field(ge=1, le=8)] = Field(description="Free seats.", examples=[3])
    max_detour_s: Seconds = Field(900, description="Longest detour: waiting and boarding count.", examples=[900])
    vehicle: Vehicle | None = None


class RequestDraft(TripDraft):
    """A rider's trip."""

    seats: Annotated[int, Field(ge=1, le=4)] = Field(1, description="Seats needed.")
    max_walk_m: Annotated[int, Field(ge=0, le=MOST_WALK_M)] = Field(
        0, description="Farthest walk to or from a meeting point, at each end."
    )
    max_ride_s: Seconds | None = Field(None, description="Longest time aboard.")
    return_of: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        None, description="The request of the way out: both are matched or neither."
    )


Draft = OfferDraft | RequestDraft
DRAFTS: dict[Kind, type[Draft]] = {"offer": OfferDraft, "request": RequestDraft}


def kind_of(trip_id: str) -> Kind | None:
    """Return the kind that an id's prefix says."""
    kinds: tuple[Kind, Kind] = ("offer", "request")
    return next((kind for kind in kinds if trip_id.startswith(PREFIXES[kind] + "_")), None)


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip as it is kept. `draft` is what was posted; `due_ms` when it expires unmatched.

    `decides_from`: until then no batch matches it, by its market's policy; None: they do.
    `opened`: the market's count of changes when it came to be open; `priority_s`: what it is worth to a batch beyond
    others; `promised`: when it was to be picked up and dropped off in an agreed car that it has lost, which the next
    batch keeps to if it can; `moving_to`: the market that it is on its way to. `holder`: the trip of its `either`
    that a match holds, where that was looked for. `series_id`: the series that it is a day's trip of. `price_s`: its
    dual in the batch that proposed it. `trace`: the call that posted it, where traces are kept.
    `display_name`: how its person wants to be called, where that was looked for.
    """

    id: str
    kind: Kind
    partner_id: str
    status: TripStatus
    version: int
    created_at: datetime
    due_ms: int
    draft: OfferDraft | RequestDraft
    decide_at: datetime
    match_id: str | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)
    opened: int = 0
    priority_s: int = 0
    promised: tuple[datetime, datetime] | None = None
    decides_from: datetime | None = None
    moving_to: str | None = None
    holder: str | None = None
    series_id: str | None = None
    price_s: int | None = None
    trace: str = field(default_factory=traceparent)
    display_name: str | None = None

    @property
    def commuter_id(self) -> str:
        """The partner's id of the person."""
        return self.draft.commuter_id

    @property
    def role(self) -> Literal["driver", "rider"] | None:
        """What a match has the person do, by this trip or by another of its `either`."""
        matched = self.id if self.match_id is not None else self.holder
        return None if matched is None else "driver" if kind_of(matched) == "offer" else "rider"

    def document(self) -> dict[str, Any]:
        """Return the resource as its partner reads it."""
        body = self.draft.model_dump(mode="python")
        body["earliest_departure"] = rfc3339(self.draft.earliest_departure)
        body["latest_arrival"] = rfc3339(self.draft.latest_arrival)
        return {
            "id": self.id, "status": self.status, "version": self.version, **body,
            "match_id": self.match_id, "role": self.role, "series_id": self.series_id,
            "decide_at": rfc3339(self.decide_at), "created_at": rfc3339(self.created_at),
        }  # fmt: skip
