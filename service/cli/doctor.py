"""``carpool doctor``: whether the store's indexes and queues are right, and how to make them so."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.connected import on_store
from service.cli.options import DataDir, Json, RedisUrl
from service.cli.output import show
from service.store.checks.report import Check, Report
from service.usecases import checkup

_BY_HAND = (
    "this can not be mended from the records: write back what can not be read as it was, or restore a backup "
    "(docs/operations.md, A damaged record)"
)


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be made anew from the records.")] = False,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Hold the store's indexes and queues against its records; exit 1 where something is wrong and not mended.

    It may run beside a service at work.
    """
    report = on_store(data_dir, redis_url, checkup.mend if repair else checkup.check_up)
    document = {
        "wrong": report.wrong, "checks": [check.document() for check in report.checks], "notes": report.notes,
    }  # fmt: skip
    show(document, as_json=json_, text="\n".join(_lines(report, repair)))
    if report.wrong:
        raise typer.Exit(1)


def _lines(report: Report, repair: bool) -> list[str]:
    lines = [line for check in report.checks for line in _told(check)]
    lines += [f"note: {note}" for note in report.notes]
    if not report.wrong:
        return [*lines, "good: nothing is wrong" + (" any more" if any(c.mended for c in report.checks) else "")]
    hint = _BY_HAND if repair else "carpool doctor --repair mends what can be made anew from the records"
    return [*lines, f"not good: {report.wrong} wrong; {hint}"]


def _told(check: Check) -> list[str]:
    mended = f", {check.mended} mended" if check.mended else ""
    state = f"{check.wrong} wrong{mended}" if check.wrong or mended else "ok"
    return [f"{check.name:16}  {check.read:>9,} keys  {state}", *(f"    {example}" for example in check.examples)]
