"""What all answers have in common, for the OpenAPI document; the documents themselves are made by the records."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Answered(BaseModel):
    """What is answered: all of its fields, and no others."""

    model_config = ConfigDict(extra="forbid")


class Listed(Answered, Generic[Item]):
    """A page of a list: newest first, but for events, which are oldest first."""

    items: list[Item]
    next_cursor: str | None


class ProblemFault(Answered):
    """One thing that was wrong."""

    pointer: str = Field(description="RFC 6901 pointer into the body, `?name` of a parameter, or a header's name.")
    detail: str


class ProblemBody(Answered):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemFault] = []
