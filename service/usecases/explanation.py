"""What an explanation comes to: why a trip has no match in the markets that were looked at, and how its two ways go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

PEOPLE, COMMITTED = 8, 9
# In this order each of the others is ruled out by the first rule that it breaks.
RULES = (PEOPLE, 2, 4, 3, 5, 6, COMMITTED)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one field of a trip by which it fits with others: the smallest of its steps that does."""

    field: str
    by: int
    value: int
    counterparts: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a trip has no match. `ruled_out`: by rule, how many of the `counterparts` broke it and none before.

    `possible`: those whom no rule ruled out, each with its `either`. `taken`: how many would fit, but that a match
    holds by now; `prices_s`: what these were worth to the batches.
    """

    counterparts: int = 0
    ruled_out: Mapping[int, int] = field(default_factory=dict)
    possible: Mapping[str, str | None] = field(default_factory=dict)
    taken: int = 0
    prices_s: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()

    def joined(self, other: Explanation) -> Explanation:
        """Return what is so in two markets together; of the changes of a field the smaller, which may help in both."""
        changes = {change.field: change for change in self.changes}
        for change in other.changes:
            known = changes.get(change.field)
            if known is None or abs(change.by) < abs(known.by):
                changes[change.field] = change
            elif change.by == known.by:
                changes[change.field] = replace(known, counterparts=known.counterparts + change.counterparts)
        counts = self.ruled_out, other.ruled_out
        return Explanation(
            counterparts=self.counterparts + other.counterparts,
            ruled_out={rule: sum(of.get(rule, 0) for of in counts) for rule in RULES},
            possible={**self.possible, **other.possible}, taken=self.taken + other.taken,
            prices_s=self.prices_s + other.prices_s, changes=tuple(changes.values()),
        )  # fmt: skip

    @property
    def reason(self) -> str:
        """Return in a word why there is no match yet."""
        if self.possible:
            return "waiting_for_batch"
        if self.taken:
            return "others_gain_more"
        return "nobody_fits" if self.counterparts else "nobody_there"


@dataclass(frozen=True, slots=True)
class OtherWay:
    """The way back of a request, or the way out that it is the way back of: both are matched or neither.

    `reason`: why that one has no match; a status, where nobody can know yet whether it will be ridden.
    """

    request_id: str
    reason: str
    found: Explanation = field(default_factory=Explanation)

    def allows(self, own: Explanation) -> bool:
        """Tell whether a batch could match both ways: each in a car of its own, with drivers who may both drive."""
        return any(
            one != other and (either is None or either != others_either)
            for one, either in own.possible.items()
            for other, others_either in self.found.possible.items()
        )

    def shortened(self, own: Explanation) -> OtherWay:
        """Return it without the changes that would help nobody while the other way is what is missing."""
        return replace(self, found=_lacking(self.found, own))


def told(own: Explanation, other: OtherWay | None) -> Explanation:
    """Return what is said of a way: without changes of it where only the other way lacks somebody."""
    return own if other is None else _lacking(own, other.found)


def _lacking(one: Explanation, other: Explanation) -> Explanation:
    return replace(one, changes=()) if one.possible and not other.possible else one
