from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.certificate_places import CertificatePlaces

if TYPE_CHECKING:
    from ..models.certificate_instance import CertificateInstance
    from ..models.certificate_plan import CertificatePlan


T = TypeVar("T", bound="Certificate")


@_attrs_define
class Certificate:
    """What proves a batch: `carpool verify` shows from it alone that no plan scores more than the plan's bound.

    Attributes:
        batch_id (str):
        places (CertificatePlaces): Whether the places are those of the batch or on a ~500 m grid.
        instance (CertificateInstance): The batch's offers and requests, as `carpool match` takes them. Trips, eithers
            and traits have numbers for names.
        plan (CertificatePlan): The plan of this instance: its matches, score and bound, and in `certificate` the duals.
    """

    batch_id: str
    places: CertificatePlaces
    instance: CertificateInstance
    plan: CertificatePlan

    def to_dict(self) -> dict[str, Any]:
        batch_id = self.batch_id

        places = self.places.value

        instance = self.instance.to_dict()

        plan = self.plan.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "batch_id": batch_id,
                "places": places,
                "instance": instance,
                "plan": plan,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.certificate_instance import CertificateInstance  # noqa: PLC0415
        from ..models.certificate_plan import CertificatePlan  # noqa: PLC0415

        d = dict(src_dict)
        batch_id = d.pop("batch_id")

        places = CertificatePlaces(d.pop("places"))

        instance = CertificateInstance.from_dict(d.pop("instance"))

        plan = CertificatePlan.from_dict(d.pop("plan"))

        certificate = cls(
            batch_id=batch_id,
            places=places,
            instance=instance,
            plan=plan,
        )

        return certificate
