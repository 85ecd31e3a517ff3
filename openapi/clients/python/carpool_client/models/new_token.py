from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="NewToken")


@_attrs_define
class NewToken:
    """A token. It is not kept: who loses it has a new one made.

    Attributes:
        token (str): For the commuter's app, to send as `Authorization: Bearer …`.
        expires_at (datetime.datetime):
        commuter_id (str):
        traits (list[str]):
    """

    token: str
    expires_at: datetime.datetime
    commuter_id: str
    traits: list[str]

    def to_dict(self) -> dict[str, Any]:
        token = self.token

        expires_at = self.expires_at.isoformat()

        commuter_id = self.commuter_id

        traits = self.traits

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "token": token,
                "expires_at": expires_at,
                "commuter_id": commuter_id,
                "traits": traits,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        token = d.pop("token")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        commuter_id = d.pop("commuter_id")

        traits = cast(list[str], d.pop("traits"))

        new_token = cls(
            token=token,
            expires_at=expires_at,
            commuter_id=commuter_id,
            traits=traits,
        )

        return new_token
