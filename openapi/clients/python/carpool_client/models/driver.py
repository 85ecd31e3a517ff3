from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.driver_answer_type_0 import DriverAnswerType0

T = TypeVar("T", bound="Driver")


@_attrs_define
class Driver:
    """The driver of a match.

    Attributes:
        answer (DriverAnswerType0 | None):
    """

    answer: DriverAnswerType0 | None

    def to_dict(self) -> dict[str, Any]:
        answer: None | str
        if isinstance(self.answer, DriverAnswerType0):
            answer = self.answer.value
        else:
            answer = self.answer

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "answer": answer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_answer(data: object) -> DriverAnswerType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answer_type_0 = DriverAnswerType0(data)

                return answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DriverAnswerType0 | None, data)

        answer = _parse_answer(d.pop("answer"))

        driver = cls(
            answer=answer,
        )

        return driver
