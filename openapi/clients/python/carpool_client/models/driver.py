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
        display_name (None | str): Once the car is agreed, for the partners of who is in it.
    """

    answer: DriverAnswerType0 | None
    display_name: None | str

    def to_dict(self) -> dict[str, Any]:
        answer: None | str
        if isinstance(self.answer, DriverAnswerType0):
            answer = self.answer.value
        else:
            answer = self.answer

        display_name: None | str
        display_name = self.display_name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "answer": answer,
                "display_name": display_name,
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

        def _parse_display_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        display_name = _parse_display_name(d.pop("display_name"))

        driver = cls(
            answer=answer,
            display_name=display_name,
        )

        return driver
