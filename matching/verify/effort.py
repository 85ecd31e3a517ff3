"""How much a proof may cost, in steps that are counted and not timed: the same files end at the same step everywhere.

A step is about the work of trying one stop more in one order of a car; what costs more, or takes memory, counts more.
"""

from __future__ import annotations

from matching.model import Instance, MatchingError

MOST_RIDERS = 40  # of one car, whose orders of stops are walked by recursion
_STEPS, _STEPS_A_TRIP = 100_000_000, 200_000


def ample_steps(instance: Instance) -> int:
    """Return how many steps do for certificates of the engine's: four times those of 10,000 trips in a dense city."""
    return _STEPS + _STEPS_A_TRIP * len(instance.trips)


class Undecided(MatchingError):
    """A proof was given up: whether the plan is good is not known."""


class Effort:
    """The steps ``spent`` of a proof that may take ``most``."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.spent = 0

    def spend(self, steps: int = 1) -> None:
        """Count some steps.

        Raises
        ------
        Undecided
            If there are more in all than there may be.
        """
        self.spent += steps
        if self.spent > self.most:
            raise self.over()

    def over(self) -> Undecided:
        """Return the error that says that all steps are taken."""
        return Undecided(f"{self.most} steps did not decide whether the plan is good; allow more")

    def seat(self, riders: int) -> None:
        """Pass a car that has, or may have, so many riders.

        Raises
        ------
        Undecided
            If the riders are more than any proof could look at.
        """
        if riders > MOST_RIDERS:
            raise Undecided(f"cars of more than {MOST_RIDERS} riders are possible, and too much to prove anything of")
