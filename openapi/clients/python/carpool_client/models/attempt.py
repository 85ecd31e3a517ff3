from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Attempt")


@_attrs_define
class Attempt:
    """One try at a delivery.

    Attributes:
        at (datetime.datetime):
        status (int | None): The answer's status; null where there was none.
        error (None | str): Why there was no answer.
        latency_ms (int):
        answer (str): The first KiB of the answer.
    """

    at: datetime.datetime
    status: int | None
    error: None | str
    latency_ms: int
    answer: str

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        status: int | None
        status = self.status

        error: None | str
        error = self.error

        latency_ms = self.latency_ms

        answer = self.answer

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "at": at,
                "status": status,
                "error": error,
                "latency_ms": latency_ms,
                "answer": answer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error"))

        latency_ms = d.pop("latency_ms")

        answer = d.pop("answer")

        attempt = cls(
            at=at,
            status=status,
            error=error,
            latency_ms=latency_ms,
            answer=answer,
        )

        return attempt
