from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="MatchLeft")


@_attrs_define
class MatchLeft:
    """A trip that was cancelled in this match.

    Attributes:
        trip_id (str):
        at (datetime.datetime):
        reason (str): Theirs, `trip_cancelled`, or `no_show`.
        late (bool): The match was agreed, and the trip's pick-up or departure near.
    """

    trip_id: str
    at: datetime.datetime
    reason: str
    late: bool

    def to_dict(self) -> dict[str, Any]:
        trip_id = self.trip_id

        at = self.at.isoformat()

        reason = self.reason

        late = self.late

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trip_id": trip_id,
                "at": at,
                "reason": reason,
                "late": late,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        trip_id = d.pop("trip_id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        reason = d.pop("reason")

        late = d.pop("late")

        match_left = cls(
            trip_id=trip_id,
            at=at,
            reason=reason,
            late=late,
        )

        return match_left
