"""The table of transitions as a page: a diagram and its rows, for ``docs/lifecycle.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.model.transitions import MATCH_STEPS, TRIP_STEPS, MatchStep, TripStep

Steps = Iterable[MatchStep | TripStep]

_OPENING = """# The life of trips and matches

Drawn by `carpool lifecycle` from `service/model/transitions.py`, the one table from which the use cases and the store's
functions take their rules; a test holds this page against it. What is not in the table is refused by the problem
[`wrong-state`](errors/wrong-state.md).
"""
_MATCHES = """## Matches

"Its trips" says what becomes of the trips of a match in the same step, each an action of the table of trips: those of
the driver, of riders by how far they have come, of riders invited to an agreed car, and of the trip that leaves.
"""
_TRIPS = """## Trips

A trip that is released is matched anew by the next batch. `match.return_at_risk` tells of a way back whose car was
agreed, when its way out is under way or ridden: it is an event of the match that was lost.
"""


def page() -> str:
    """Return the page in Markdown."""
    parts = [
        _OPENING,
        _MATCHES, _diagram(MATCH_STEPS), _rows(("its trips",), MATCH_STEPS),
        _TRIPS, _diagram(TRIP_STEPS), _rows((), TRIP_STEPS),
    ]  # fmt: skip
    return "\n".join(parts)


def _diagram(steps: Steps) -> str:
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in steps:
        arrows.setdefault((step.before or "[*]", step.after), []).append(step.action)
    lines = [f"    {before} --> {after}: {', '.join(actions)}" for (before, after), actions in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def _rows(more: tuple[str, ...], steps: Steps) -> str:
    names = ("from", "action", "guard", "to", *more, "events")
    lines = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    lines += ["| " + " | ".join(_cells(step)) + " |" for step in steps]
    return "\n".join([*lines, ""])


def _cells(step: MatchStep | TripStep) -> Iterator[str]:
    yield step.before or ""
    yield step.action
    yield step.guard
    yield step.after
    if isinstance(step, MatchStep):
        yield ", ".join(f"{part}: {action}" for part, action in step.trips.items())
    yield ", ".join(f"`{event}`" for event in step.events)
