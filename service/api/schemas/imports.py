"""What routes of imports answer."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from service.api.schemas.base import Answered
from service.model.imports import ImportStatus


class Import(Answered):
    """A file of trips that is posted by and by."""

    id: str
    status: ImportStatus = Field(description="`uploading`: it has not come in whole. `failed`: see `detail`.")
    version: int
    lines: int = Field(description="That are not blank.")
    read: int = Field(description="How many of them have been judged so far.")
    posted: int
    known: int = Field(description="Not posted, as a trip of yours has their `external_id`.")
    refused: int = Field(description="GET …/errors tells why.")
    detail: str | None
    created_at: AwareDatetime
    finished_at: AwareDatetime | None


class ImportFault(Answered):
    """A line of an import's errors: one thing that was wrong."""

    line: int = Field(description="From 1 on.")
    pointer: str = Field(description="RFC 6901 pointer into the line.")
    detail: str
