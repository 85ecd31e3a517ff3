"""The figures as tables."""

from __future__ import annotations

from collections.abc import Sequence

from loadtests.matchers.figures import GAPS_PERCENT, GROWTH_PERCENT, Row, growth_of
from loadtests.tables import Table

_BLANK = "-"
_WORDS = frozenset({"instance", "instances", "method", "seconds of each stage", "trips: seconds", "trips: pairs"})


def tables_of(rows: Sequence[Row]) -> list[Table]:
    """Return all tables that have something to say."""
    tables = [_plans(rows), _stages(rows), _gaps(rows), _others(rows), _growth(rows)]
    return [table for table in tables if table.rows]


def _plans(rows: Sequence[Row]) -> Table:
    heads = (
        "instance", "method", "score", "served", "gap", "seconds", "peak MB",
        "vs greedy", "vs VROOM", "mended", "broken",
    )  # fmt: skip
    return Table("Plans", heads, [_plan(row) for row in rows], _WORDS)


def _plan(row: Row) -> tuple[str, ...]:
    if row.error is not None:
        return row.instance, row.method, row.error, *[_BLANK] * 8
    return (
        row.instance,
        row.method,
        f"{row.score:,}",
        f"{row.served} of {row.requests}",
        _percent(row.gap_percent, ".3f"),
        _number(row.seconds, ".2f"),
        _number(row.peak_mb, ".0f"),
        _percent(row.vs_greedy_percent, "+.1f"),
        _percent(row.vs_vroom_percent, "+.1f"),
        str(row.mended),
        str(row.broken),
    )


def _stages(rows: Sequence[Row]) -> Table:
    heads = ("instance", "method", "seconds of each stage")
    told = [row for row in rows if row.stages_s]
    words = [", ".join(f"{name} {took:.2f}" for name, took in (row.stages_s or {}).items()) for row in told]
    rows = [(row.instance, row.method, said) for row, said in zip(told, words, strict=True)]
    return Table("Stages", heads, rows, _WORDS)


def _gaps(rows: Sequence[Row]) -> Table:
    heads = ("instance", "trips", *(f"{gap:g} %" for gap in GAPS_PERCENT))
    found = [
        (row.instance, f"{row.trips:,}", *(_number(row.until_s.get(gap), ".2f") for gap in GAPS_PERCENT))
        for row in rows
        if row.until_s
    ]
    return Table("Seconds until the engine's plan was proven to be within a gap", heads, found, _WORDS)


def _others(rows: Sequence[Row]) -> Table:
    heads = (
        "instance",
        "method",
        "its score",
        "its seconds",
        "engine as good after",
        "times faster",
        "by its whole run",
    )
    whole = {row.instance: row.seconds for row in rows if row.method == "engine" and row.seconds}
    found = [_other(row, whole[row.instance]) for row in rows if _is_rival(row) and row.instance in whole]
    return Table("Seconds until the engine's plan was as good as another method's", heads, found, _WORDS)


def _is_rival(row: Row) -> bool:
    return row.method != "engine" and row.error is None


def _other(row: Row, whole_s: float) -> tuple[str, ...]:
    after, seconds = row.engine_as_good_s, row.seconds or 0.0
    return (
        row.instance,
        row.method,
        f"{row.score:,}",
        f"{seconds:.2f}",
        _number(after, ".3f"),
        _BLANK if after is None else f"{seconds / max(after, 1e-3):,.1f}",
        f"{seconds / whole_s:,.1f}",
    )


def _growth(rows: Sequence[Row]) -> Table:
    heads = ("instances", "gap", "trips: seconds", "exponent", "trips: pairs", "exponent")
    found: list[tuple[str, ...]] = [
        (
            family,
            f"{gap:g} %",
            ", ".join(f"{trips:,}: {took:.2f}" for trips, took in growth.points),
            f"{growth.exponent:.2f}",
            ", ".join(f"{trips:,}: {pairs:,}" for trips, pairs in growth.pairs) or _BLANK,
            _number(growth.pairs_exponent, ".2f"),
        )
        for gap in GROWTH_PERCENT
        for family, growth in growth_of(rows, gap).items()
    ]
    return Table("Growth of the time to a gap, and of feasible pairs", heads, found, _WORDS)


def _number(value: float | None, form: str) -> str:
    return _BLANK if value is None else format(value, form)


def _percent(value: float | None, form: str) -> str:
    return _BLANK if value is None else f"{value:{form}} %"
