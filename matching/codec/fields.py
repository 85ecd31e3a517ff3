"""Reading one JSON object field by field: types, ranges and unknown names, each fault with its pointer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from matching.codec.times import parse_time
from matching.model import InvalidInstance, Place

T = TypeVar("T")
MAX_S = 1_000_000_000  # thirty years: sums of a million such values stay exact
_KIND = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words."""
    return _KIND.get(type(value), "a number")


class Fields:
    """One JSON object and where it stands; every read names the field that it takes."""

    def __init__(self, value: object, pointer: str) -> None:
        if not isinstance(value, dict):
            raise InvalidInstance(pointer, f"must be an object, not {kind_of(value)}")
        self._value: dict[str, Any] = value
        self.pointer = pointer
        self._taken: set[str] = set()

    def at(self, name: str) -> str:
        """Return the JSON pointer of a field."""
        return f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}"

    def has(self, name: str) -> bool:
        """Say whether the field is there and not null."""
        return self._value.get(name) is not None

    def take(self, name: str) -> Any:
        """Return the raw value of a field that must be there."""
        self._taken.add(name)
        if name not in self._value:
            raise InvalidInstance(self.at(name), "is required and missing")
        return self._value[name]

    def optional(self, name: str, read: Callable[[str], T], default: T) -> T:
        """Return what ``read`` makes of a field, or the default where it is absent or null."""
        self._taken.add(name)
        return read(name) if self.has(name) else default

    def text(self, name: str) -> str:
        """Return a string that is not empty."""
        return text_at(self.take(name), self.at(name))

    def integer(self, name: str, low: int = -MAX_S, high: int = MAX_S) -> int:
        """Return a whole number within bounds."""
        return integer_at(self.take(name), self.at(name), low, high)

    def number(self, name: str, low: float, high: float) -> float:
        """Return a finite number within bounds."""
        return number_at(self.take(name), self.at(name), low, high)

    def time(self, name: str, *, round_up: bool) -> int:
        """Return the epoch seconds of an RFC 3339 time."""
        value = self.text(name)
        try:
            return parse_time(value, round_up=round_up)
        except ValueError as error:
            raise InvalidInstance(self.at(name), str(error)) from None

    def place(self, name: str) -> Place:
        """Return a point in WGS 84 degrees."""
        fields = Fields(self.take(name), self.at(name))
        place = read_place(fields)
        fields.done()
        return place

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an array of strings that are not empty."""
        return tuple(text_at(value, pointer) for pointer, value in self.items(name))

    def items(self, name: str) -> Iterator[tuple[str, Any]]:
        """Yield the pointer and value of each item of an array."""
        value = self.take(name)
        if not isinstance(value, list):
            raise InvalidInstance(self.at(name), f"must be an array, not {kind_of(value)}")
        for n, item in enumerate(value):
            yield f"{self.at(name)}/{n}", item

    def done(self) -> None:
        """Refuse fields that nothing has read: a misspelt name must not pass for a default."""
        for name in self._value:
            if name not in self._taken:
                known = ", ".join(sorted(self._taken))
                raise InvalidInstance(self.at(str(name)), f"is not a field of this object; its fields are {known}")


def read_place(fields: Fields) -> Place:
    """Return the point that an object's ``lat`` and ``lon`` give."""
    return Place(lat=fields.number("lat", -90, 90), lon=fields.number("lon", -180, 180))


def text_at(value: object, pointer: str) -> str:
    """Return the value if it is a string that is not empty."""
    if not isinstance(value, str):
        raise InvalidInstance(pointer, f"must be a string, not {kind_of(value)}")
    if not value:
        raise InvalidInstance(pointer, "must not be empty")
    return value


def integer_at(value: object, pointer: str, low: int = -MAX_S, high: int = MAX_S) -> int:
    """Return the value if it is a whole number within bounds."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInstance(pointer, f"must be a whole number, not {value}")
    if isinstance(value, bool) or not isinstance(value, int):
        shown = value if isinstance(value, float) else kind_of(value)
        raise InvalidInstance(pointer, f"must be a whole number, not {shown}")
    if not low <= value <= high:
        raise InvalidInstance(pointer, f"must be between {low} and {high}, not {value}")
    return value


def number_at(value: object, pointer: str, low: float, high: float) -> float:
    """Return the value if it is a finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInstance(pointer, f"must be a number, not {kind_of(value)}")
    if not low <= value <= high:  # false for NaN, too
        raise InvalidInstance(pointer, f"must be between {low} and {high}, not {value}")
    return float(value)
