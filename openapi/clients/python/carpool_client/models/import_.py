from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.import_status import ImportStatus

T = TypeVar("T", bound="Import")


@_attrs_define
class Import:
    """A file of trips that is posted by and by.

    Attributes:
        id (str):
        status (ImportStatus): `uploading`: it has not come in whole. `failed`: see `detail`.
        version (int):
        lines (int): That are not blank.
        read (int): How many of them have been judged so far.
        posted (int):
        known (int): Not posted, as a trip of yours has their `external_id`.
        refused (int): GET …/errors tells why.
        detail (None | str):
        created_at (datetime.datetime):
        finished_at (datetime.datetime | None):
    """

    id: str
    status: ImportStatus
    version: int
    lines: int
    read: int
    posted: int
    known: int
    refused: int
    detail: None | str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        status = self.status.value

        version = self.version

        lines = self.lines

        read = self.read

        posted = self.posted

        known = self.known

        refused = self.refused

        detail: None | str
        detail = self.detail

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "status": status,
                "version": version,
                "lines": lines,
                "read": read,
                "posted": posted,
                "known": known,
                "refused": refused,
                "detail": detail,
                "created_at": created_at,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        status = ImportStatus(d.pop("status"))

        version = d.pop("version")

        lines = d.pop("lines")

        read = d.pop("read")

        posted = d.pop("posted")

        known = d.pop("known")

        refused = d.pop("refused")

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        import_ = cls(
            id=id,
            status=status,
            version=version,
            lines=lines,
            read=read,
            posted=posted,
            known=known,
            refused=refused,
            detail=detail,
            created_at=created_at,
            finished_at=finished_at,
        )

        return import_
