"""Blocks: people who never ride together again, because one of them says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.clock import rfc3339

Person = tuple[str, str]
"""A partner and the partner's own id of a commuter."""
MOST_BLOCKS = 500  # of a commuter


@dataclass(frozen=True, slots=True)
class Block:
    """Whom a commuter blocks. `named`: the id they were named by, a commuter's, or a trip's of another partner."""

    named: str
    person: Person
    since: datetime

    def document(self) -> dict[str, Any]:
        """Return it as the commuter's partner reads it: another partner's commuters have no names there."""
        return {"id": self.named, "since": rfc3339(self.since)}
