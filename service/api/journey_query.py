"""Query parameters of a look for journeys: a trip that nobody has posted."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.errors import Fault, Invalid
from service.model.trips import DRAFTS, MOST_WALK_M, CommuterId, Instant, OfferDraft, RequestDraft, Seconds, Tag

_PLACE = r"^-?[0-9]{1,3}(\.[0-9]{1,15})?,-?[0-9]{1,3}(\.[0-9]{1,15})?$"
_LAT = r"0?(?:90(?:\.0{1,15})?|[0-8]?[0-9](?:\.[0-9]{1,15})?)"
_LON = r"(?:180(?:\.0{1,15})?|(?:1[0-7][0-9]|0?[0-9]{1,2})(?:\.[0-9]{1,15})?)"
_ON_EARTH: dict[str, Any] = {"pattern": f"^-?{_LAT},-?{_LON}$"}
_OF_ONE = {"max_detour_s": "offer", "max_ride_s": "request", "max_walk_m": "request"}
_NAMES = {"origin": "from", "destination": "to"}


class JourneyQuery(BaseModel):
    """Where from, where to, when, and as what."""

    model_config = ConfigDict(extra="forbid")

    from_: Annotated[
        str,
        Field(
            alias="from",
            pattern=_PLACE,
            json_schema_extra=_ON_EARTH,
            description="`lat,lon`",
            examples=["52.3702,4.8952"],
        ),
    ]
    to: Annotated[
        str, Field(pattern=_PLACE, json_schema_extra=_ON_EARTH, description="`lat,lon`", examples=["52.0907,5.1214"])
    ]
    earliest_departure: Instant
    latest_arrival: Instant
    role: Literal["rider", "driver"] = Field(description="What you would be; found are those of the other role.")
    seats: Annotated[int, Field(ge=1, le=8)] = Field(1, description="A rider's seats needed, a driver's free.")
    max_detour_s: Seconds | None = Field(None, description="A driver's longest detour, 900 by default.")
    max_ride_s: Seconds | None = Field(None, description="A rider's longest time aboard.")
    max_walk_m: Annotated[int, Field(ge=0, le=MOST_WALK_M)] | None = Field(
        None, description="A rider's farthest walk to or from a meeting point, at each end; 0 by default."
    )
    traits: Annotated[list[Tag], Field(max_length=32)] = Field(default=[], description="May be repeated.")
    requires: Annotated[list[Tag], Field(max_length=32)] = Field(default=[], description="May be repeated.")
    commuter: CommuterId | None = Field(None, description="Your commuter who looks: own trips are left out.")
    limit: Annotated[int, Field(ge=1, le=50)] = 10

    def draft(self) -> OfferDraft | RequestDraft:
        """Return what would be posted. Raises Invalid."""
        kind: Literal["offer", "request"] = "offer" if self.role == "driver" else "request"
        own = {name: getattr(self, name) for name, of in _OF_ONE.items() if getattr(self, name) is not None}
        wrong = [name for name in own if _OF_ONE[name] != kind]
        if wrong:
            raise Invalid(*(Fault(f"?{name}", f"is no parameter of a {self.role}") for name in wrong))
        body = {
            "commuter_id": self.commuter or "nobody", "origin": _place(self.from_), "destination": _place(self.to),
            "earliest_departure": self.earliest_departure, "latest_arrival": self.latest_arrival,
            "seats": self.seats, "requires": self.requires, **own,
        }  # fmt: skip
        if "traits" in self.model_fields_set:
            body["traits"] = self.traits
        try:
            return DRAFTS[kind].model_validate(body)
        except ValidationError as error:
            raise Invalid(*(_fault(str(found["loc"][0]), found["msg"]) for found in error.errors())) from None


def _place(text: str) -> dict[str, Any]:
    lat, lon = text.split(",")
    return {"lat": float(lat), "lon": float(lon)}


def _fault(name: str, message: str) -> Fault:
    return Fault(f"?{_NAMES.get(name, name)}", message.lower())
