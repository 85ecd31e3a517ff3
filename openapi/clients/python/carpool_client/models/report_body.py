from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.report_body_kind import ReportBodyKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="ReportBody")


@_attrs_define
class ReportBody:
    """What a person says of another whom they were to ride with.

    Attributes:
        match_id (str):
        about_trip_id (str): The other's trip in that match.
        kind (ReportBodyKind):
        text (str | Unset): In the person's words. Default: ''.
        block (bool | Unset): The two also never ride together again. Default: False.
    """

    match_id: str
    about_trip_id: str
    kind: ReportBodyKind
    text: str | Unset = ""
    block: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        match_id = self.match_id

        about_trip_id = self.about_trip_id

        kind = self.kind.value

        text = self.text

        block = self.block

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "match_id": match_id,
                "about_trip_id": about_trip_id,
                "kind": kind,
            }
        )
        if text is not UNSET:
            field_dict["text"] = text
        if block is not UNSET:
            field_dict["block"] = block

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        match_id = d.pop("match_id")

        about_trip_id = d.pop("about_trip_id")

        kind = ReportBodyKind(d.pop("kind"))

        text = d.pop("text", UNSET)

        block = d.pop("block", UNSET)

        report_body = cls(
            match_id=match_id,
            about_trip_id=about_trip_id,
            kind=kind,
            text=text,
            block=block,
        )

        return report_body
