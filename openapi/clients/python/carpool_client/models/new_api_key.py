from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.new_api_key_scopes_item import NewApiKeyScopesItem

T = TypeVar("T", bound="NewApiKey")


@_attrs_define
class NewApiKey:
    """An API key just made.

    Attributes:
        id (str):
        partner_id (str):
        prefix (str): What its holder recognises it by.
        scopes (list[NewApiKeyScopesItem]):
        sandbox (bool):
        calls_per_s (int | None):
        created_at (datetime.datetime):
        revoked_at (datetime.datetime | None):
        expires_at (datetime.datetime | None):
        last_used_at (datetime.datetime | None): True to a minute.
        key (str): Its text, shown this once.
    """

    id: str
    partner_id: str
    prefix: str
    scopes: list[NewApiKeyScopesItem]
    sandbox: bool
    calls_per_s: int | None
    created_at: datetime.datetime
    revoked_at: datetime.datetime | None
    expires_at: datetime.datetime | None
    last_used_at: datetime.datetime | None
    key: str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        partner_id = self.partner_id

        prefix = self.prefix

        scopes = []
        for scopes_item_data in self.scopes:
            scopes_item = scopes_item_data.value
            scopes.append(scopes_item)

        sandbox = self.sandbox

        calls_per_s: int | None
        calls_per_s = self.calls_per_s

        created_at = self.created_at.isoformat()

        revoked_at: None | str
        if isinstance(self.revoked_at, datetime.datetime):
            revoked_at = self.revoked_at.isoformat()
        else:
            revoked_at = self.revoked_at

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        last_used_at: None | str
        if isinstance(self.last_used_at, datetime.datetime):
            last_used_at = self.last_used_at.isoformat()
        else:
            last_used_at = self.last_used_at

        key = self.key

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "partner_id": partner_id,
                "prefix": prefix,
                "scopes": scopes,
                "sandbox": sandbox,
                "calls_per_s": calls_per_s,
                "created_at": created_at,
                "revoked_at": revoked_at,
                "expires_at": expires_at,
                "last_used_at": last_used_at,
                "key": key,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        partner_id = d.pop("partner_id")

        prefix = d.pop("prefix")

        scopes = []
        _scopes = d.pop("scopes")
        for scopes_item_data in _scopes:
            scopes_item = NewApiKeyScopesItem(scopes_item_data)

            scopes.append(scopes_item)

        sandbox = d.pop("sandbox")

        def _parse_calls_per_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        calls_per_s = _parse_calls_per_s(d.pop("calls_per_s"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_revoked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                revoked_at_type_0 = datetime.datetime.fromisoformat(data)

                return revoked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        revoked_at = _parse_revoked_at(d.pop("revoked_at"))

        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        def _parse_last_used_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_used_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_used_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_used_at = _parse_last_used_at(d.pop("last_used_at"))

        key = d.pop("key")

        new_api_key = cls(
            id=id,
            partner_id=partner_id,
            prefix=prefix,
            scopes=scopes,
            sandbox=sandbox,
            calls_per_s=calls_per_s,
            created_at=created_at,
            revoked_at=revoked_at,
            expires_at=expires_at,
            last_used_at=last_used_at,
            key=key,
        )

        return new_api_key
