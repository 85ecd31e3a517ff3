from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ShareLink")


@_attrs_define
class ShareLink:
    """A link to a ride. Whoever has it sees the ride, until it ends.

    Attributes:
        path (str): To be put behind this service's public address.
        expires_at (datetime.datetime): It ends with the ride, or when it is taken back, and then at last.
    """

    path: str
    expires_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "path": path,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        path = d.pop("path")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        share_link = cls(
            path=path,
            expires_at=expires_at,
        )

        return share_link
