from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Consent")


@_attrs_define
class Consent:
    """A consent, and whether and when it was withdrawn, or another took its place.

    Attributes:
        purpose (str):
        version (str):
        at (datetime.datetime):
        withdrawn_at (datetime.datetime | None):
    """

    purpose: str
    version: str
    at: datetime.datetime
    withdrawn_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        purpose = self.purpose

        version = self.version

        at = self.at.isoformat()

        withdrawn_at: None | str
        if isinstance(self.withdrawn_at, datetime.datetime):
            withdrawn_at = self.withdrawn_at.isoformat()
        else:
            withdrawn_at = self.withdrawn_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "purpose": purpose,
                "version": version,
                "at": at,
                "withdrawn_at": withdrawn_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        purpose = d.pop("purpose")

        version = d.pop("version")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        def _parse_withdrawn_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                withdrawn_at_type_0 = datetime.datetime.fromisoformat(data)

                return withdrawn_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        withdrawn_at = _parse_withdrawn_at(d.pop("withdrawn_at"))

        consent = cls(
            purpose=purpose,
            version=version,
            at=at,
            withdrawn_at=withdrawn_at,
        )

        return consent
