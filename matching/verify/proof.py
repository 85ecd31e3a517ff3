"""The proof of a plan and its bound: the rules, the duals' signs, the best car of each offer, a packing if need be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matching.check import check
from matching.model import Instance, Plan
from matching.verify.cars import Car, Cars
from matching.verify.duals import FINE, duals_faults, read_duals
from matching.verify.effort import Effort, ample_steps
from matching.verify.packing import pack
from matching.verify.world import World

MOST_CARS = 100_000  # within the gap; an honest plan leaves a fifth at most to be packed

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about a plan; it is good when there are no ``faults``.

    ``proven``: no plan scores more by the duals alone, None where they were not priced. ``searched``: sets of riders
    put to the test, in how many ``steps`` of work. ``packed``: how many cars within the gap were packed, None where the
    duals were enough.
    """

    faults: tuple[str, ...]
    proven: int | None = None
    searched: int = 0
    steps: int = 0
    packed: int | None = None


def verify(
    instance: Instance,
    plan: Plan,
    *,
    progress: Progress | None = None,
    most_cars: int = MOST_CARS,
    most_steps: int | None = None,
) -> Verdict:
    """Check a plan by the rules, and prove its bound anew from the certificate that it carries.

    Parameters
    ----------
    instance, plan
        The plan is good when it keeps all rules, its figures are right, and no plan scores more than its bound: over
        all cars where its scope is ``complete``, else over those that stop at the nearest 20 meeting points.
    progress
        Is told of the stage, what is done and how much there is.
    most_cars
        How many cars the optimiser may pack where the duals alone do not prove the bound; with 0 they must.
    most_steps
        How much work the proof may cost, so that nobody's files keep it busy for ever: by default what
        :func:`ample_steps` says.

    Raises
    ------
    Undecided
        If the work is not done by then.
    """
    effort = Effort(ample_steps(instance) if most_steps is None else most_steps)
    effort.seat(max((len(match.requests) for match in plan.matches), default=0))
    faults = check(instance, plan)
    if plan.certificate is None:
        faults.append("the plan carries no certificate; carpool match writes one with --certificate")
    else:
        faults += duals_faults(instance, plan.certificate)
    if faults or plan.certificate is None:
        return Verdict(tuple(faults))
    world = World(instance, effort, restricted=plan.bound_scope == "restricted")
    duals = read_duals(instance, plan.certificate)
    cars = Cars(world, duals)
    tell = progress or _silent
    best = []
    for offer in range(len(instance.offers)):
        tell("pricing", offer, len(instance.offers))
        best.append(cars.best_gain(offer))
    value = duals.constant + sum(best)
    proven = value // FINE
    if proven <= plan.bound:
        return Verdict((), proven, cars.searched, effort.spent)
    # No plan scores more than `value` less what its cars fall short of the best of their offers. So above the bound
    # are only plans of cars that fall short by the slack at most.
    slack = value - (plan.bound + 1) * FINE
    close = _close_cars(cars, [gain - slack - 1 for gain in best], most_cars, tell)
    if close is None:
        fault = f"the bound is {plan.bound}, the duals prove {proven} only, and more than {most_cars} cars lie between"
        return Verdict((fault,), proven, cars.searched, effort.spent)
    tell("packing", len(close), len(close))
    best_score = pack(instance, close, plan, effort)
    if best_score > plan.bound:
        faults.append(f"the bound is {plan.bound}, but a plan that scores {best_score} exists")
    return Verdict(tuple(faults), proven, cars.searched, effort.spent, len(close))


def _close_cars(cars: Cars, floors: list[int], most: int, tell: Progress) -> list[Car] | None:
    """Return all cars that gain more than their offer's floor, or None where they are too many to pack."""
    close: list[Car] = []
    for offer, floor in enumerate(floors):
        tell("cars within the gap", offer, len(floors))
        for car in cars.gaining(offer, floor):
            close.append(car)
            if len(close) > most:
                return None
    return close


def _silent(_stage: str, _done: int, _of: int) -> None:
    pass
