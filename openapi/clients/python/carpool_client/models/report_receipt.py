from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.report_receipt_kind import ReportReceiptKind

T = TypeVar("T", bound="ReportReceipt")


@_attrs_define
class ReportReceipt:
    """A report that was taken in.

    Attributes:
        id (str):
        match_id (str):
        about_trip_id (str):
        kind (ReportReceiptKind):
        created_at (datetime.datetime):
    """

    id: str
    match_id: str
    about_trip_id: str
    kind: ReportReceiptKind
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        match_id = self.match_id

        about_trip_id = self.about_trip_id

        kind = self.kind.value

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "match_id": match_id,
                "about_trip_id": about_trip_id,
                "kind": kind,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        match_id = d.pop("match_id")

        about_trip_id = d.pop("about_trip_id")

        kind = ReportReceiptKind(d.pop("kind"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        report_receipt = cls(
            id=id,
            match_id=match_id,
            about_trip_id=about_trip_id,
            kind=kind,
            created_at=created_at,
        )

        return report_receipt
