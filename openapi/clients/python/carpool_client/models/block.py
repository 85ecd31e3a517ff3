from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Block")


@_attrs_define
class Block:
    """Whom a commuter never rides with again.

    Attributes:
        id (str): As they were named: your own commuter's id, or the id of another partner's trip.
        since (datetime.datetime):
    """

    id: str
    since: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        since = self.since.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "since": since,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        block = cls(
            id=id,
            since=since,
        )

        return block
