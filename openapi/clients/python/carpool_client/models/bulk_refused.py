from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.problem_body import ProblemBody


T = TypeVar("T", bound="BulkRefused")


@_attrs_define
class BulkRefused:
    """An item that was not posted.

    Attributes:
        status (int): What posting it alone would answer: 422, 409, 503 …
        problem (ProblemBody): RFC 9457 problem details.
    """

    status: int
    problem: ProblemBody

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        problem = self.problem.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "status": status,
                "problem": problem,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.problem_body import ProblemBody  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        problem = ProblemBody.from_dict(d.pop("problem"))

        bulk_refused = cls(
            status=status,
            problem=problem,
        )

        return bulk_refused
