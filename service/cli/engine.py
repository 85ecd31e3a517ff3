"""``carpool match``: an instance in, a plan out; no service needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from service.cli.documents import Refused, read_json
from service.cli.output import say
from service.cli.solving import solved


def match(
    instance: Annotated[Path, typer.Argument(help="The instance (JSON); - reads standard input.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write the plan.")] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.001, help="Longest to optimise, in seconds.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all chance; the same seed gives the same plan.")] = 0,
    certificate: Annotated[bool, typer.Option("--certificate", help="Add what carpool verify needs.")] = False,
) -> None:
    """Match an instance's offers and requests, and say how good the plan is."""
    from matching import MatchingError, instance_from_json, plan_to_json

    try:
        problem = instance_from_json(read_json(instance))
        plan = solved(problem, time_limit, seed)
    except MatchingError as fault:
        raise Refused(f"{instance}: {fault}") from None
    text = json.dumps(plan_to_json(plan, certificate=certificate))
    if output is None:
        print(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
    gap = (plan.bound - plan.score) / plan.bound if plan.bound > 0 else 0.0
    riders = sum(len(car.requests) for car in plan.matches)
    say(f"{len(plan.matches)} cars, {riders} riders, score {plan.score}, at most {plan.bound} ({plan.bound_scope}): "
        f"gap {gap:.3%}")  # fmt: skip
