"""The table of `model.transitions` as the Lua functions read it, so that no status follows another in two places."""

from __future__ import annotations

from collections.abc import Iterable

from service.model.transitions import HELD, MATCH_STEPS, OVER, RIDDEN, TRIP_STEPS, UNDECIDED, MatchStep, TripStep


def lua_rules() -> str:
    """Return Lua source of sets (``HELD``, ``RIDDEN``, ``OVER``, ``UNDECIDED``), ``match_after`` and ``trip_after``.

    Both functions take a status ('' for what is not there yet) and an action; nil: the table has no such row.
    """
    return "\n".join(
        [
            f"local HELD = {_set(HELD)}",
            f"local RIDDEN = {_set(RIDDEN)}",
            f"local OVER = {_set(OVER)}",
            f"local UNDECIDED = {_set(UNDECIDED)}",
            _after("match", MATCH_STEPS),
            _after("trip", TRIP_STEPS),
        ]
    )


def _set(statuses: Iterable[str]) -> str:
    return "{" + ", ".join(f"{status} = true" for status in statuses) + "}"


def _after(kind: str, steps: Iterable[MatchStep | TripStep]) -> str:
    rows = ", ".join(f"['{step.before or ''} {step.action}'] = '{step.after}'" for step in steps)
    table = f"{kind.upper()}_STEPS"
    return (
        f"local {table} = {{{rows}}}\n"
        f"local function {kind}_after(status, action) return {table}[status .. ' ' .. action] end"
    )
