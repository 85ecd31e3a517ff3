"""What a check of the store found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_EXAMPLES = 20

# In the order in which they are told; where an index is meant, its keys are what is read.
CHECKS = (
    "trip records", "match records", "batch records", "partner records", "key records", "endpoint records",
    "market records", "series records", "import records", "by partner", "by commuter", "by status", "by external id",
    "by series",
    "open", "deciding", "agreed", "due", "either", "returns", "moving", "moves", "ended", "cars", "set aside",
    "batches", "series", "imports", "known", "lanes", "queues", "outboxes",
)  # fmt: skip


@dataclass(slots=True)
class Check:
    """One check: how many keys it read, how much is wrong and was mended, and the first of what is wrong."""

    name: str
    read: int = 0
    wrong: int = 0
    mended: int = 0
    examples: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {"name": self.name, "read": self.read, "wrong": self.wrong, "mended": self.mended,
                "examples": self.examples}  # fmt: skip


class Report:
    """All checks of one pass, and what is worth knowing but not wrong."""

    def __init__(self) -> None:
        self._checks = {name: Check(name) for name in CHECKS}
        self.notes: list[str] = []

    @property
    def checks(self) -> Iterable[Check]:
        """The checks, in order."""
        return self._checks.values()

    @property
    def wrong(self) -> int:
        """How much is wrong in all."""
        return sum(check.wrong for check in self.checks)

    @property
    def mended(self) -> int:
        """How much of it was mended."""
        return sum(check.mended for check in self.checks)

    def read(self, name: str, keys: int = 1) -> None:
        """Count keys that a check has read."""
        self._checks[name].read += keys

    def mended_later(self, name: str) -> None:
        """Write down that what was found to be wrong is mended by now."""
        self._checks[name].mended += 1

    def unreadable(self, name: str, what: str, error: Exception) -> None:
        """Write down a record that can not be read."""
        self.found(name, f"{what} can not be read ({type(error).__name__})")

    def found(self, name: str, what: str, *, mended: bool = False) -> None:
        """Write down something that is wrong; `what` names ids, never people or places."""
        check = self._checks[name]
        check.wrong += 1
        check.mended += mended
        if len(check.examples) < _EXAMPLES:
            check.examples.append(what)
