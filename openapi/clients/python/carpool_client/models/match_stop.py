from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.match_stop_kind import MatchStopKind

T = TypeVar("T", bound="MatchStop")


@_attrs_define
class MatchStop:
    """A stop of the car. Where `exact` is false it is another's: the place is rounded to ~500 m, the time to 5 min.

    Attributes:
        kind (MatchStopKind):
        request_id (None | str):
        at (datetime.datetime):
        lat (float):
        lon (float):
        walk_m (int): Of your riders: the walk between their own place and this one.
        meeting_point (None | str): Its id. Another's is told once the car is agreed.
        exact (bool):
    """

    kind: MatchStopKind
    request_id: None | str
    at: datetime.datetime
    lat: float
    lon: float
    walk_m: int
    meeting_point: None | str
    exact: bool

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        request_id: None | str
        request_id = self.request_id

        at = self.at.isoformat()

        lat = self.lat

        lon = self.lon

        walk_m = self.walk_m

        meeting_point: None | str
        meeting_point = self.meeting_point

        exact = self.exact

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "request_id": request_id,
                "at": at,
                "lat": lat,
                "lon": lon,
                "walk_m": walk_m,
                "meeting_point": meeting_point,
                "exact": exact,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = MatchStopKind(d.pop("kind"))

        def _parse_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        request_id = _parse_request_id(d.pop("request_id"))

        at = datetime.datetime.fromisoformat(d.pop("at"))

        lat = d.pop("lat")

        lon = d.pop("lon")

        walk_m = d.pop("walk_m")

        def _parse_meeting_point(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        meeting_point = _parse_meeting_point(d.pop("meeting_point"))

        exact = d.pop("exact")

        match_stop = cls(
            kind=kind,
            request_id=request_id,
            at=at,
            lat=lat,
            lon=lon,
            walk_m=walk_m,
            meeting_point=meeting_point,
            exact=exact,
        )

        return match_stop
