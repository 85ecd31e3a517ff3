"""One car with all the riders it is given: the order of stops with the least driving, judged by the referee."""

from __future__ import annotations

import numpy as np

from matching.check import check
from matching.model import Instance, Match, MatchingError, Plan
from matching.plans import build_matches, score_of
from matching.tables import NEVER, build_tables
from matching.workspace import HEAD, MAX_RIDERS, WIDTH


def carry_all(instance: Instance) -> Match | None:
    """Return the car in which the only offer of an instance carries all its requests; None where a rule forbids it."""
    riders = len(instance.requests)
    if riders > MAX_RIDERS:
        return None
    column = np.full((1, WIDTH), -1, np.int64)
    column[0, :HEAD] = 0, -NEVER, riders
    column[0, HEAD : HEAD + riders] = np.arange(riders)
    try:
        (match,) = build_matches(instance, build_tables(instance), column)
    except MatchingError:
        return None
    score = score_of(instance, (match,))
    return None if check(instance, Plan((match,), score, score, "complete")) else match
