from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ConsentBody")


@_attrs_define
class ConsentBody:
    """What the person has consented to, of which you keep the words.

    Attributes:
        purpose (str):
        version (str): Of the text that they read.
        at (datetime.datetime): When they said so.
    """

    purpose: str
    version: str
    at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        purpose = self.purpose

        version = self.version

        at = self.at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "purpose": purpose,
                "version": version,
                "at": at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        purpose = d.pop("purpose")

        version = d.pop("version")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        consent_body = cls(
            purpose=purpose,
            version=version,
            at=at,
        )

        return consent_body
