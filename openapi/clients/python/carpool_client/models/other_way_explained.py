from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.other_way_explained_reason import OtherWayExplainedReason

if TYPE_CHECKING:
    from ..models.helpful_change import HelpfulChange


T = TypeVar("T", bound="OtherWayExplained")


@_attrs_define
class OtherWayExplained:
    """The way back of a request, or the way out that it is the way back of: both are matched or neither.

    Attributes:
        request_id (str):
        reason (OtherWayExplainedReason): Why that one has no match; `proposed`: nobody can know yet whether it will be
            ridden, and the way back waits.
        possible (int): Those that it fits with.
        changes (list[HelpfulChange]): Each by itself would help that one, where it lacks somebody.
    """

    request_id: str
    reason: OtherWayExplainedReason
    possible: int
    changes: list[HelpfulChange]

    def to_dict(self) -> dict[str, Any]:
        request_id = self.request_id

        reason = self.reason.value

        possible = self.possible

        changes = []
        for changes_item_data in self.changes:
            changes_item = changes_item_data.to_dict()
            changes.append(changes_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "request_id": request_id,
                "reason": reason,
                "possible": possible,
                "changes": changes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.helpful_change import HelpfulChange  # noqa: PLC0415

        d = dict(src_dict)
        request_id = d.pop("request_id")

        reason = OtherWayExplainedReason(d.pop("reason"))

        possible = d.pop("possible")

        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:
            changes_item = HelpfulChange.from_dict(changes_item_data)

            changes.append(changes_item)

        other_way_explained = cls(
            request_id=request_id,
            reason=reason,
            possible=possible,
            changes=changes,
        )

        return other_way_explained
