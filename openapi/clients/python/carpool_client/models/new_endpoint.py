from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.new_endpoint_disabled_reason_type_0 import NewEndpointDisabledReasonType0
from ..models.new_endpoint_event_types_type_0_item import NewEndpointEventTypesType0Item
from ..models.new_endpoint_status import NewEndpointStatus

T = TypeVar("T", bound="NewEndpoint")


@_attrs_define
class NewEndpoint:
    """A webhook endpoint just made, with its secret.

    Attributes:
        id (str):
        url (str):
        event_types (list[NewEndpointEventTypesType0Item] | None):
        communities (list[str] | None):
        description (str):
        status (NewEndpointStatus):
        disabled_reason (NewEndpointDisabledReasonType0 | None):
        public_key (None | str): `whpk_…`, where it is signed with ed25519 (`v1a`) as well.
        old_secrets_until (datetime.datetime | None): Until when secrets before the newest sign, or did.
        created_at (datetime.datetime):
        version (int):
        secret (str): Signs every delivery (Standard Webhooks). Shown this once.
    """

    id: str
    url: str
    event_types: list[NewEndpointEventTypesType0Item] | None
    communities: list[str] | None
    description: str
    status: NewEndpointStatus
    disabled_reason: NewEndpointDisabledReasonType0 | None
    public_key: None | str
    old_secrets_until: datetime.datetime | None
    created_at: datetime.datetime
    version: int
    secret: str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        url = self.url

        event_types: list[str] | None
        if isinstance(self.event_types, list):
            event_types = []
            for event_types_type_0_item_data in self.event_types:
                event_types_type_0_item = event_types_type_0_item_data.value
                event_types.append(event_types_type_0_item)

        else:
            event_types = self.event_types

        communities: list[str] | None
        if isinstance(self.communities, list):
            communities = self.communities

        else:
            communities = self.communities

        description = self.description

        status = self.status.value

        disabled_reason: None | str
        if isinstance(self.disabled_reason, NewEndpointDisabledReasonType0):
            disabled_reason = self.disabled_reason.value
        else:
            disabled_reason = self.disabled_reason

        public_key: None | str
        public_key = self.public_key

        old_secrets_until: None | str
        if isinstance(self.old_secrets_until, datetime.datetime):
            old_secrets_until = self.old_secrets_until.isoformat()
        else:
            old_secrets_until = self.old_secrets_until

        created_at = self.created_at.isoformat()

        version = self.version

        secret = self.secret

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "url": url,
                "event_types": event_types,
                "communities": communities,
                "description": description,
                "status": status,
                "disabled_reason": disabled_reason,
                "public_key": public_key,
                "old_secrets_until": old_secrets_until,
                "created_at": created_at,
                "version": version,
                "secret": secret,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        url = d.pop("url")

        def _parse_event_types(data: object) -> list[NewEndpointEventTypesType0Item] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                event_types_type_0 = []
                _event_types_type_0 = data
                for event_types_type_0_item_data in _event_types_type_0:
                    event_types_type_0_item = NewEndpointEventTypesType0Item(event_types_type_0_item_data)

                    event_types_type_0.append(event_types_type_0_item)

                return event_types_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[NewEndpointEventTypesType0Item] | None, data)

        event_types = _parse_event_types(d.pop("event_types"))

        def _parse_communities(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                communities_type_0 = cast(list[str], data)

                return communities_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        communities = _parse_communities(d.pop("communities"))

        description = d.pop("description")

        status = NewEndpointStatus(d.pop("status"))

        def _parse_disabled_reason(data: object) -> NewEndpointDisabledReasonType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disabled_reason_type_0 = NewEndpointDisabledReasonType0(data)

                return disabled_reason_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NewEndpointDisabledReasonType0 | None, data)

        disabled_reason = _parse_disabled_reason(d.pop("disabled_reason"))

        def _parse_public_key(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        public_key = _parse_public_key(d.pop("public_key"))

        def _parse_old_secrets_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                old_secrets_until_type_0 = datetime.datetime.fromisoformat(data)

                return old_secrets_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        old_secrets_until = _parse_old_secrets_until(d.pop("old_secrets_until"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        version = d.pop("version")

        secret = d.pop("secret")

        new_endpoint = cls(
            id=id,
            url=url,
            event_types=event_types,
            communities=communities,
            description=description,
            status=status,
            disabled_reason=disabled_reason,
            public_key=public_key,
            old_secrets_until=old_secrets_until,
            created_at=created_at,
            version=version,
            secret=secret,
        )

        return new_endpoint
