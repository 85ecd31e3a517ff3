from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.key_body_scopes_item import KeyBodyScopesItem
from ..types import UNSET, Unset

T = TypeVar("T", bound="KeyBody")


@_attrs_define
class KeyBody:
    """A key to be made.

    Attributes:
        scopes (list[KeyBodyScopesItem] | Unset):
        sandbox (bool | Unset): A test key: it sees the partner's sandbox and nothing else. Default: False.
        expires_at (datetime.datetime | None | Unset): When it ends; null: not by itself.
        calls_per_s (int | None | Unset): Calls a second, ten times that at once; null: the service's own limit.
    """

    scopes: list[KeyBodyScopesItem] | Unset = UNSET
    sandbox: bool | Unset = False
    expires_at: datetime.datetime | None | Unset = UNSET
    calls_per_s: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = []
            for scopes_item_data in self.scopes:
                scopes_item = scopes_item_data.value
                scopes.append(scopes_item)

        sandbox = self.sandbox

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        calls_per_s: int | None | Unset
        if isinstance(self.calls_per_s, Unset):
            calls_per_s = UNSET
        else:
            calls_per_s = self.calls_per_s

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if scopes is not UNSET:
            field_dict["scopes"] = scopes
        if sandbox is not UNSET:
            field_dict["sandbox"] = sandbox
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if calls_per_s is not UNSET:
            field_dict["calls_per_s"] = calls_per_s

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _scopes = d.pop("scopes", UNSET)
        scopes: list[KeyBodyScopesItem] | Unset = UNSET
        if _scopes is not UNSET:
            scopes = []
            for scopes_item_data in _scopes:
                scopes_item = KeyBodyScopesItem(scopes_item_data)

                scopes.append(scopes_item)

        sandbox = d.pop("sandbox", UNSET)

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_calls_per_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        calls_per_s = _parse_calls_per_s(d.pop("calls_per_s", UNSET))

        key_body = cls(
            scopes=scopes,
            sandbox=sandbox,
            expires_at=expires_at,
            calls_per_s=calls_per_s,
        )

        return key_body
