"""What is to go: one mark on a route, of which its answers and the OpenAPI document tell.

``Deprecation`` (RFC 9745) says since when there is something better, ``Sunset`` (RFC 8594) from when it may be gone,
``Link`` with ``rel="deprecation"`` where to read on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.types import Scope

from service.errors import Fault, Invalid

NOTICE = timedelta(days=365)
_TELLS = {
    "Deprecation": "Since when there is something better (RFC 9745).",
    "Sunset": "From when it may be gone (RFC 8594).",
    "Link": 'Where to read on: `rel="deprecation"`.',
}


@dataclass(frozen=True, slots=True)
class Deprecated:
    """A dependency, the first of its route: the route goes at `sunset`, and `link` says what is better.

    The first, so that whatever refuses a call after it is told, too. Raises Invalid where the notice is too short.
    """

    since: datetime
    sunset: datetime
    link: str

    def __post_init__(self) -> None:
        if self.sunset - self.since < NOTICE:
            raise Invalid(Fault("/sunset", f"must be {NOTICE.days} days after `since` or later"))

    async def __call__(self, request: Request) -> None:
        """Note for `deprecation_headers` that the answer is of a route that goes."""
        request.state.deprecated = self

    def headers(self) -> dict[str, str]:
        """Return the headers of each answer."""
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.sunset.astimezone(UTC), usegmt=True),
            "Link": f'<{self.link}>; rel="deprecation"',
        }

    def document(self, operation: dict[str, Any]) -> None:
        """Say it in the operation of the OpenAPI document."""
        operation["deprecated"] = True
        operation["x-sunset"] = self.sunset.astimezone(UTC).date().isoformat()
        told = {
            name: {"description": _TELLS[name], "schema": {"type": "string"}, "example": value}
            for name, value in self.headers().items()
        }
        for answer in operation["responses"].values():
            answer.setdefault("headers", {}).update(told)


def deprecation_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return what a call's answer tells of the end of its route: nothing where it stays."""
    mark: Deprecated | None = scope.get("state", {}).get("deprecated")
    return [(name.lower().encode(), value.encode()) for name, value in mark.headers().items()] if mark else []
