from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ImportFault")


@_attrs_define
class ImportFault:
    """A line of an import's errors: one thing that was wrong.

    Attributes:
        line (int): From 1 on.
        pointer (str): RFC 6901 pointer into the line.
        detail (str):
    """

    line: int
    pointer: str
    detail: str

    def to_dict(self) -> dict[str, Any]:
        line = self.line

        pointer = self.pointer

        detail = self.detail

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "line": line,
                "pointer": pointer,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        line = d.pop("line")

        pointer = d.pop("pointer")

        detail = d.pop("detail")

        import_fault = cls(
            line=line,
            pointer=pointer,
            detail=detail,
        )

        return import_fault
