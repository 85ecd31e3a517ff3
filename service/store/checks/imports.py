"""Imports: their records, and whether they stand in the list and, until they are finished, among what is posted."""

from __future__ import annotations

from collections.abc import Sequence

from service.store import keys
from service.store.checks.reading import Pass, judge, read_records
from service.store.imports import FIELDS, import_of


async def check_records(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """Judge imports."""
    sound = await read_records(
        on, "import records", ids, lambda pipe, id_: pipe.hmget(keys.IMPORT(tag, id_), FIELDS),
        lambda _, row: import_of(row),
    )  # fmt: skip
    on.report.read("imports", len(sound))
    await judge(on, "check_import", tag, [{"id": id_} for id_ in sound])
