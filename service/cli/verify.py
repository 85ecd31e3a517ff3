"""``carpool verify``: a plan and its bound proven anew, by code that the engine does not use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.documents import Refused, read_json
from service.cli.output import say

if TYPE_CHECKING:
    from matching import Instance, Plan
    from matching.verify import Verdict


def verify(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CERTIFICATE|INSTANCE", help="A batch's certificate, or an instance; - reads standard input."
        ),
    ],
    plan: Annotated[Path | None, typer.Argument(help="The instance's plan, of carpool match --certificate.")] = None,
    most_cars: Annotated[
        int, typer.Option(min=0, help="Most cars to pack where the duals do not prove the bound; 0: they must.")
    ] = 100_000,
    most_steps: Annotated[
        int | None, typer.Option(min=1, help="Most steps of work, some 500,000 a second; exit 3 where they do not do.")
    ] = None,
) -> None:
    """Prove that a plan keeps the rules and that none scores more than its bound; exit 1 where it does not hold."""
    from matching.verify import Undecided
    from matching.verify import verify as prove

    problem, claim = _read_certificate(file) if plan is None else _read_both(file, plan)
    try:
        verdict = prove(problem, claim, progress=_show, most_cars=most_cars, most_steps=most_steps)
    except Undecided as open_:
        say(f"carpool: {plan or file}: undecided: {open_} (see --most-steps)")
        raise typer.Exit(3) from None
    for line in _report(claim, verdict):
        print(line)
    if verdict.faults:
        raise typer.Exit(1)


def _read_certificate(file: Path) -> tuple[Instance, Plan]:
    from matching import InvalidInstance, certified_from_json

    document = read_json(file)
    if isinstance(document, dict) and "offers" in document:
        raise Refused(f"{file}: is an instance; name its plan, too")
    try:
        return certified_from_json(document)
    except InvalidInstance as fault:
        raise Refused(f"{file}: {fault}") from None


def _read_both(file: Path, plan: Path) -> tuple[Instance, Plan]:
    from matching import InvalidInstance, instance_from_json, plan_from_json

    where = file
    try:
        problem = instance_from_json(read_json(file))
        where = plan
        return problem, plan_from_json(read_json(plan))
    except InvalidInstance as fault:
        raise Refused(f"{where}: {fault}") from None


def _report(plan: Plan, verdict: Verdict) -> list[str]:
    riders = sum(len(match.requests) for match in plan.matches)
    lines = [f"plan     {len(plan.matches)} cars, {riders} riders, score {plan.score}, bound {plan.bound}"]
    if verdict.proven is not None:
        lines.append(f"priced   {verdict.searched} sets of riders in {verdict.steps} steps; the rest can not matter")
        lines.append(f"duals    prove that no plan scores more than {verdict.proven}")
    if verdict.packed is not None:
        lines.append(f"packing  {verdict.packed} cars lie within the gap that leaves, and were packed by CP-SAT")
    lines += [f"wrong    {fault}" for fault in verdict.faults]
    return [*lines, f"verdict  {_verdict(plan, verdict)}"]


def _verdict(plan: Plan, verdict: Verdict) -> str:
    if verdict.faults:
        return "not good: what this plan says of itself does not hold"
    over = "" if plan.bound_scope == "complete" else " of those that stop at each rider's nearest 20 meeting points"
    if plan.score == plan.bound:
        return f"good: the plan keeps all rules, and no plan{over} scores more"
    return f"good: the plan keeps all rules, and no plan{over} scores more than {plan.bound}"


def _show(stage: str, done: int, of: int) -> None:
    tenth = max(1, of // 10)
    if done % tenth == 0:
        say(f"{stage}: {done} of {of}")
