"""Imports: files of many trips, a line each, which are posted by and by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from service.clock import rfc3339
from service.errors import Fault, Invalid
from service.model.faults import faults_of
from service.model.trips import DRAFTS, Draft, Kind, OfferDraft, RequestDraft

ImportStatus = Literal["uploading", "waiting", "running", "completed", "failed"]
MOST_LINES = 100_000
MOST_BYTES = 100 << 20
MOST_LINE_BYTES = 1 << 16
ERASED_LINE = b"erased"  # in place of a line whose commuter was erased before it was posted: no JSON


class OfferLine(OfferDraft):
    """A line of an import: an offer as it is posted, and that it is one."""

    kind: Literal["offer"]


class RequestLine(RequestDraft):
    """A line of an import: a request as it is posted, and that it is one."""

    kind: Literal["request"]


_LINE: TypeAdapter[OfferLine | RequestLine] = TypeAdapter(
    Annotated[OfferLine | RequestLine, Field(discriminator="kind")]
)


def read_line(line: bytes) -> tuple[Kind, Draft]:
    """Return the trip of a line. Raises Invalid, with pointers into the line."""
    if line == ERASED_LINE:
        raise Invalid(Fault("", "was not posted: its commuter was erased before"))
    try:
        read = _LINE.validate_json(line)
    except ValidationError as error:
        of_kind = tuple(f"/{kind}" for kind in DRAFTS)
        raise Invalid(*(fault.below(of_kind) for fault in faults_of(error))) from None
    draft = DRAFTS[read.kind]
    return read.kind, draft.model_construct(**{name: getattr(read, name) for name in draft.model_fields})


@dataclass(frozen=True, slots=True)
class Import:
    """An import as it is kept. `owner`: the log of whoever sent it, where it is kept; the rest as its partner reads it.

    `pieces`: into how many it was cut; `next_piece`: the first that has not been posted.
    """

    id: str
    owner: str
    partner_id: str
    status: ImportStatus
    version: int
    created_at: datetime
    lines: int = 0
    read: int = 0
    posted: int = 0
    known: int = 0
    refused: int = 0
    pieces: int = 0
    next_piece: int = 0
    finished_at: datetime | None = None
    detail: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the resource as its partner reads it."""
        return {
            "id": self.id, "status": self.status, "version": self.version, "lines": self.lines, "read": self.read,
            "posted": self.posted, "known": self.known, "refused": self.refused, "detail": self.detail,
            "created_at": rfc3339(self.created_at),
            "finished_at": self.finished_at and rfc3339(self.finished_at),
        }  # fmt: skip
