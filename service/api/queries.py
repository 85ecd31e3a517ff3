"""Query parameters of lists; unknown ones are refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request

from service.api.bodies import read_bytes
from service.errors import Fault, Invalid
from service.ids import DeliveryId, EventId, PartnerId, SeriesId, id_pattern, is_id
from service.model.batches import Places
from service.model.events import EventFilter, EventType
from service.model.markets import MarketName
from service.model.matches import MatchStatus
from service.model.series import SeriesStatus
from service.model.trips import CommuterId, ExternalId, Instant, Tag, TripStatus
from service.model.webhooks import DeliveryStatus
from service.store.listing import PageOf

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: Any) -> Any:
    """Pass days as RFC 3339 writes them; the library would take seconds since 1970, too."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("give a day such as 2027-03-01")
    return value


Day = Annotated[date, BeforeValidator(_day)]


def _cursor_of(kind: str) -> Any:
    """Return the field of a cursor into a list of things of a kind."""
    return Field(None, description="`next_cursor` of the page before.", json_schema_extra={"pattern": id_pattern(kind)})


class ListQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: str | None
    since: Instant | None = Field(None, description="Only what was made at or after this time.")

    def page(self, id_kind: str) -> PageOf:
        """Return the page of a list of this kind of thing. Raises Invalid."""
        if self.cursor is not None and not is_id(self.cursor, id_kind):
            raise Invalid(Fault("?cursor", "is not a next_cursor of this list"))
        return PageOf(self.limit, self.cursor, self.since)


class TripQuery(ListQuery):
    """Which trips."""

    status: TripStatus | None = None
    commuter: CommuterId | None = None
    external_id: ExternalId | None = Field(None, description="Your own id of the trip.")
    series: SeriesId | None = Field(None, description="Only the trips of this series.")


class OfferQuery(TripQuery):
    """Which offers."""

    cursor: str | None = _cursor_of("offer")


class RequestQuery(TripQuery):
    """Which requests."""

    cursor: str | None = _cursor_of("request")


class ImportQuery(ListQuery):
    """Which imports."""

    cursor: str | None = _cursor_of("import")


class EndpointQuery(ListQuery):
    """Which endpoints."""

    cursor: str | None = _cursor_of("endpoint")


class PartnerQuery(ListQuery):
    """Which partners."""

    cursor: str | None = _cursor_of("partner")


class SeriesQuery(ListQuery):
    """Which series."""

    cursor: str | None = _cursor_of("series")
    status: SeriesStatus | None = None
    commuter: CommuterId | None = None


class FromQuery(BaseModel):
    """From which day on."""

    model_config = ConfigDict(extra="forbid")

    from_: Day | None = Field(
        None, alias="from", description="The first local day that is concerned; absent: all that is ahead."
    )


class BatchQuery(ListQuery):
    """Which batches."""

    cursor: str | None = _cursor_of("batch")
    market: MarketName | None = Field(None, description="Only those of this market.")


class MatchQuery(ListQuery):
    """Which matches."""

    cursor: str | None = _cursor_of("match")
    status: MatchStatus | None = None
    commuter: CommuterId | None = None


class BlockQuery(BaseModel):
    """Which page of a commuter's blocks."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: CommuterId | Literal[""] = Field("", description="`next_cursor` of the page before.")


class AuditQuery(ListQuery):
    """Which acts of administration."""

    cursor: str | None = _cursor_of("act")
    partner: PartnerId | None = Field(None, description="Only those on this partner and its keys.")


async def no_body(request: Request) -> None:
    """Refuse a body where a route takes none; an empty JSON object is as good as nothing."""
    if (await read_bytes(request)).strip() not in (b"", b"{}"):
        raise Invalid(Fault("", "must be empty: this takes no fields"))


async def no_query(request: Request) -> None:
    """Refuse query parameters where a route has none."""
    if request.query_params:
        name = next(iter(request.query_params))
        raise Invalid(Fault(f"?{name[:64]}", "is not a parameter of this resource"))


class CertificateQuery(BaseModel):
    """Which certificate of a batch."""

    model_config = ConfigDict(extra="forbid")

    places: Places = Field(
        "exact", description="`exact`: the batch itself. `coarse`: places on a ~500 m grid and times on one of 5 "
        "minutes, matched anew, for others to see; made when it is first asked for."
    )  # fmt: skip


class DeliveryQuery(BaseModel):
    """Which page of deliveries."""

    model_config = ConfigDict(extra="forbid")

    status: DeliveryStatus | None = Field(None, description="`failed`: given up on, to be sent again by `redeliver`.")
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: DeliveryId | None = Field(None, description="`next_cursor` of the page before.")


class StreamQuery(BaseModel):
    """Which events, from which on."""

    model_config = ConfigDict(extra="forbid")

    after: EventId | None = Field(None, description="The last event you have; a page's `next_cursor` goes here too.")
    types: list[EventType] = Field(default=[], description="Only these types; may be repeated.")
    communities: Annotated[list[Tag], Field(max_length=32)] = Field(
        default=[], description="Of events about trips only those about a trip of yours that names one of these "
        "communities; may be repeated.",
    )  # fmt: skip

    @property
    def wanted(self) -> EventFilter:
        """Which events are asked for."""
        return EventFilter(frozenset(self.types), frozenset(self.communities))


class EventQuery(StreamQuery):
    """Which page of events."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: EventId | None = Field(None, description="The same as `after`, under the name that other lists use.")
