from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.consent_body import ConsentBody


T = TypeVar("T", bound="ProfileBody")


@_attrs_define
class ProfileBody:
    """All that is said of a person: what is left out or null is taken back.

    Attributes:
        display_name (None | str | Unset): What people in an agreed car call them.
        consent (ConsentBody | None | Unset):
    """

    display_name: None | str | Unset = UNSET
    consent: ConsentBody | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.consent_body import ConsentBody  # noqa: PLC0415

        display_name: None | str | Unset
        if isinstance(self.display_name, Unset):
            display_name = UNSET
        else:
            display_name = self.display_name

        consent: dict[str, Any] | None | Unset
        if isinstance(self.consent, Unset):
            consent = UNSET
        elif isinstance(self.consent, ConsentBody):
            consent = self.consent.to_dict()
        else:
            consent = self.consent

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if display_name is not UNSET:
            field_dict["display_name"] = display_name
        if consent is not UNSET:
            field_dict["consent"] = consent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.consent_body import ConsentBody  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_display_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        display_name = _parse_display_name(d.pop("display_name", UNSET))

        def _parse_consent(data: object) -> ConsentBody | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                consent_type_0 = ConsentBody.from_dict(data)

                return consent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConsentBody | None | Unset, data)

        consent = _parse_consent(d.pop("consent", UNSET))

        profile_body = cls(
            display_name=display_name,
            consent=consent,
        )

        return profile_body
