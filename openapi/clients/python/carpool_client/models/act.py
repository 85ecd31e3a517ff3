from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.act_details import ActDetails


T = TypeVar("T", bound="Act")


@_attrs_define
class Act:
    """Something that was administered.

    Attributes:
        id (str):
        at (datetime.datetime):
        by (str): The operator's key, `cli:` and the user of the machine, or `doctor`.
        what (str):
        target (str):
        details (ActDetails):
    """

    id: str
    at: datetime.datetime
    by: str
    what: str
    target: str
    details: ActDetails

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at.isoformat()

        by = self.by

        what = self.what

        target = self.target

        details = self.details.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "at": at,
                "by": by,
                "what": what,
                "target": target,
                "details": details,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.act_details import ActDetails  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        by = d.pop("by")

        what = d.pop("what")

        target = d.pop("target")

        details = ActDetails.from_dict(d.pop("details"))

        act = cls(
            id=id,
            at=at,
            by=by,
            what=what,
            target=target,
            details=details,
        )

        return act
