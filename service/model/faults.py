"""What a model's validation finds, as faults with JSON pointers."""

from __future__ import annotations

from pydantic import ValidationError

from service.errors import Fault


def faults_of(error: ValidationError, prefix: str = "") -> list[Fault]:
    """Return pydantic's findings as faults with JSON pointers; what was sent is not repeated."""
    return [
        Fault(prefix + "".join(f"/{_escape(part)}" for part in found["loc"]), _plain(found["msg"]))
        for found in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def _escape(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")[:1].lower() + message.removeprefix("Value error, ")[1:]
