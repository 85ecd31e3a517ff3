from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.certificate_asked_places import CertificateAskedPlaces

T = TypeVar("T", bound="CertificateAsked")


@_attrs_define
class CertificateAsked:
    """A certificate that is being made.

    Attributes:
        batch_id (str):
        places (CertificateAskedPlaces):
    """

    batch_id: str
    places: CertificateAskedPlaces

    def to_dict(self) -> dict[str, Any]:
        batch_id = self.batch_id

        places = self.places.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "batch_id": batch_id,
                "places": places,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        batch_id = d.pop("batch_id")

        places = CertificateAskedPlaces(d.pop("places"))

        certificate_asked = cls(
            batch_id=batch_id,
            places=places,
        )

        return certificate_asked
