from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Redelivery")


@_attrs_define
class Redelivery:
    """What is owed again.

    Attributes:
        queued (int): How many; what was owed already does not count.
        next_since (datetime.datetime | None): There was too much for one call: go on with this `since`.
    """

    queued: int
    next_since: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        queued = self.queued

        next_since: None | str
        if isinstance(self.next_since, datetime.datetime):
            next_since = self.next_since.isoformat()
        else:
            next_since = self.next_since

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "queued": queued,
                "next_since": next_since,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        queued = d.pop("queued")

        def _parse_next_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_since_type_0 = datetime.datetime.fromisoformat(data)

                return next_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_since = _parse_next_since(d.pop("next_since"))

        redelivery = cls(
            queued=queued,
            next_since=next_since,
        )

        return redelivery
