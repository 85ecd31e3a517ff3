from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.consent import Consent


T = TypeVar("T", bound="Profile")


@_attrs_define
class Profile:
    """What is kept of a commuter beyond their trips.

    Attributes:
        id (str):
        display_name (None | str):
        consent (Consent | None):
        past_consents (list[Consent]): The newest 20, with the one that holds; oldest first.
        version (int):
        updated_at (datetime.datetime):
    """

    id: str
    display_name: None | str
    consent: Consent | None
    past_consents: list[Consent]
    version: int
    updated_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        from ..models.consent import Consent  # noqa: PLC0415

        id = self.id

        display_name: None | str
        display_name = self.display_name

        consent: dict[str, Any] | None
        if isinstance(self.consent, Consent):
            consent = self.consent.to_dict()
        else:
            consent = self.consent

        past_consents = []
        for past_consents_item_data in self.past_consents:
            past_consents_item = past_consents_item_data.to_dict()
            past_consents.append(past_consents_item)

        version = self.version

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "display_name": display_name,
                "consent": consent,
                "past_consents": past_consents,
                "version": version,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.consent import Consent  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_display_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        display_name = _parse_display_name(d.pop("display_name"))

        def _parse_consent(data: object) -> Consent | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                consent_type_0 = Consent.from_dict(data)

                return consent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Consent | None, data)

        consent = _parse_consent(d.pop("consent"))

        past_consents = []
        _past_consents = d.pop("past_consents")
        for past_consents_item_data in _past_consents:
            past_consents_item = Consent.from_dict(past_consents_item_data)

            past_consents.append(past_consents_item)

        version = d.pop("version")

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        profile = cls(
            id=id,
            display_name=display_name,
            consent=consent,
            past_consents=past_consents,
            version=version,
            updated_at=updated_at,
        )

        return profile
