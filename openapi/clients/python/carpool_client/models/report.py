from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.report_kind import ReportKind

T = TypeVar("T", bound="Report")


@_attrs_define
class Report:
    """A report. To the partner of who is reported, the reporter and their words are null.

    Attributes:
        id (str):
        match_id (str):
        about_trip_id (str):
        kind (ReportKind):
        created_at (datetime.datetime):
        commuter_id (None | str):
        text (None | str):
    """

    id: str
    match_id: str
    about_trip_id: str
    kind: ReportKind
    created_at: datetime.datetime
    commuter_id: None | str
    text: None | str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        match_id = self.match_id

        about_trip_id = self.about_trip_id

        kind = self.kind.value

        created_at = self.created_at.isoformat()

        commuter_id: None | str
        commuter_id = self.commuter_id

        text: None | str
        text = self.text

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "match_id": match_id,
                "about_trip_id": about_trip_id,
                "kind": kind,
                "created_at": created_at,
                "commuter_id": commuter_id,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        match_id = d.pop("match_id")

        about_trip_id = d.pop("about_trip_id")

        kind = ReportKind(d.pop("kind"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_commuter_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        commuter_id = _parse_commuter_id(d.pop("commuter_id"))

        def _parse_text(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        text = _parse_text(d.pop("text"))

        report = cls(
            id=id,
            match_id=match_id,
            about_trip_id=about_trip_id,
            kind=kind,
            created_at=created_at,
            commuter_id=commuter_id,
            text=text,
        )

        return report
