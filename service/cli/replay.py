"""``carpool replay``: a batch that was run is run again, offline, and what comes of it held against what came then."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.documents import Refused, read_json
from service.cli.options import DataDir, Json, RedisUrl, settings_of
from service.cli.output import say, show
from service.cli.solving import solved

if TYPE_CHECKING:
    from matching import Instance, Plan

_ANY_BATCH = "bat_"


def replay(
    batch: Annotated[str, typer.Argument(metavar="BATCH|FILE", help="A batch's id, or a file with its certificate.")],
    coarse: Annotated[
        bool, typer.Option("--coarse", help="Places on a grid of some 500 m, as they may be handed on.")
    ] = False,
    save: Annotated[Path | None, typer.Option(help="Where to write the instance with the plan found now.")] = None,
    time_limit: Annotated[
        float | None, typer.Option(min=0.001, help="Longest to optimise, in seconds (CARPOOL_BATCH_TIME_LIMIT_S).")
    ] = None,
    worse_by: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the score that it may fall short of the one before.")
    ] = 0.005,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Run a stored batch again with this version of the engine, and compare; nothing is proposed to anybody.

    Exit 1 where the new plan breaks a rule, is worse, or contradicts the bound of then. With --coarse the problem is
    another one, so nothing but the rules is judged: --save it, and replay the file.
    """
    from matching import MatchingError, check

    if save is not None and not coarse:
        raise Refused("say --coarse with --save: exact places are not for files that go round")
    exact = _certificate(batch, data_dir, redis_url)
    problem, before = _read(exact, batch)
    if coarse:
        from service.usecases.certified import coarse_instance

        problem = coarse_instance(exact)
    limit_s = time_limit if time_limit is not None else settings_of().batch_time_limit_s
    try:
        plan = solved(problem, limit_s, seed=0)
    except MatchingError as fault:
        raise Refused(f"{batch}: {fault}") from None
    then = None if coarse else _run_of(before)
    compared = Replayed(then, _run_of(plan), len(check(problem, plan)), worse_by)
    if save is not None:
        _save(save, batch, problem, plan)
    show(compared.document(), as_json=json_, text="\n".join(compared.lines()))
    if compared.faults():
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the engine came to."""

    cars: int
    riders: int
    score: int
    bound: int
    bound_scope: str
    seconds: float

    @property
    def gap(self) -> float:
        """Share of the bound that may be missing."""
        return (self.bound - self.score) / self.bound if self.bound > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run of then and one of now. `then` is None where another problem was solved."""

    then: Run | None
    now: Run
    broken: int
    worse_by: float

    def faults(self) -> list[str]:
        """Return a line for each thing that is wrong with the run of now."""
        found = [f"the plan breaks {self.broken} rules"] if self.broken else []
        if self.then is None:
            return found
        if self.now.score < self.then.score - self.worse_by * abs(self.then.score):
            found.append(f"the score falls short of the one before by {1 - self.now.score / self.then.score:.3%}")
        for one, other, words in ((self.now, self.then, "before"), (self.then, self.now, "now")):
            if one.score > other.bound and other.bound_scope == "complete":
                found.append(f"the score {one.score} is more than the bound of {words} says is possible")
        return found

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "then": self.then and _document(self.then), "now": _document(self.now), "rules_broken": self.broken,
            "faults": self.faults(),
        }  # fmt: skip

    def lines(self) -> list[str]:
        """Return it as text."""
        runs = [("then", self.then)] if self.then else []
        faults = self.faults()
        return [
            *(f"{when:5} {_told(run)}" for when, run in (*runs, ("now", self.now)) if run is not None),
            *(f"wrong {fault}" for fault in faults),
            "not good" if faults else "good",
        ]


def _document(run: Run) -> dict[str, Any]:
    names = ("cars", "riders", "score", "bound", "bound_scope", "seconds", "gap")
    return {name: getattr(run, name) for name in names}


def _told(run: Run) -> str:
    return (
        f"{run.cars} cars, {run.riders} riders, score {run.score}, at most {run.bound} ({run.bound_scope}), "
        f"gap {run.gap:.3%}, {run.seconds:.1f} s"
    )


def _run_of(plan: Plan) -> Run:
    return Run(
        len(plan.matches), sum(len(match.requests) for match in plan.matches), plan.score, plan.bound, plan.bound_scope,
        round(sum(plan.timing_s.values()), 3),
    )  # fmt: skip


def _certificate(batch: str, data_dir: Path | None, redis_url: str | None) -> bytes:
    """Return the gzipped certificate of a file, or of a batch that the store has."""
    if not batch.startswith(_ANY_BATCH) or Path(batch).exists():
        return gzip.compress(json.dumps(read_json(Path(batch))).encode(), 1)
    from service.cli.connected import on_store
    from service.usecases.certificates import exact_of

    return on_store(data_dir, redis_url, lambda context: exact_of(context, batch))


def _read(certificate: bytes, name: str) -> tuple[Instance, Plan]:
    from matching import InvalidInstance, certified_from_json

    try:
        return certified_from_json(json.loads(gzip.decompress(certificate)))
    except InvalidInstance as fault:
        raise Refused(f"{name}: {fault}") from None


def _save(file: Path, batch: str, problem: Instance, plan: Plan) -> None:
    from matching import certified_to_json

    file.write_text(json.dumps({"batch_id": batch, **certified_to_json(problem, plan)}) + "\n", encoding="utf-8")
    say(f"written: {file}")
