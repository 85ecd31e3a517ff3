"""`carpool demo`: start the service, send it a morning, match, answer, count the webhooks, draw the map."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from matching.travel import Crowfly
from service.clock import SystemClock
from service.demo import steps
from service.demo.cities import CITIES, CityName
from service.demo.client import Api
from service.demo.demand import draw_commuters, next_working_day
from service.demo.errors import DemoFailed
from service.demo.figures import Figures, Morning, figures_of
from service.demo.map_page import DemoPicture, render_map
from service.demo.problem import instance_from_trips, plan_from_matches
from service.demo.progress import Stages
from service.demo.receiver import Receiver
from service.demo.report import headline, invitation, table_of
from service.demo.serving import Serving
from service.settings import Settings

# Batches run when the demo asks for them; and the demo ends within a minute, whatever the machine.
_NEVER_BY_ITSELF_S = 86_400
_BATCH_LIMIT_S = 12


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What to demonstrate, and where to write the map and the plan."""

    commuters: int = 2000
    city: CityName = "toronto"
    seed: int = 1
    out: Path = Path("carpool-demo")
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the demo's partner."""

    partner: str
    operator: str


def run_demo(options: DemoOptions) -> int:
    """Run the demo; return 0, or 1 where something was not as promised, or 130 or 143 where it was stopped."""
    told = Console(stderr=True)
    try:
        asyncio.run(_run(options, told))
    except (DemoFailed, OSError) as failed:
        told.print(f"carpool demo: {failed}", style="bold red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    except asyncio.CancelledError:
        return 143
    return 0


async def _run(options: DemoOptions, told: Console) -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoFailed(f"can not write to {options.out} ({error.strerror}): name another folder with --out") from None
    day = next_working_day(SystemClock().now(), options.city)
    morning = Morning(options.city, day, draw_commuters(options.commuters, options.city, options.seed, day))
    with tempfile.TemporaryDirectory(prefix="carpool-demo-") as data_dir:
        settings = Settings(
            data_dir=Path(data_dir), port=0, allow_private_webhooks=True, batch_interval_s=_NEVER_BY_ITSELF_S,
            batch_time_limit_s=_BATCH_LIMIT_S, co2_g_per_km=CITIES[options.city].co2_g_per_km,
        )  # fmt: skip
        with Serving(settings, options.out / "service.log") as serving, Receiver() as receiver:
            with Stages(told, morning.seconds) as stages:
                keys = await _live_through(morning, serving, receiver, stages, options.seed)
            _show(morning, settings, options.out)
            if options.keep:
                Console(soft_wrap=True).print(invitation(await serving.address(), keys.partner, keys.operator, morning))
                with suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()


async def _live_through(morning: Morning, serving: Serving, receiver: Receiver, stages: Stages, seed: int) -> Keys:
    with stages.stage("start", "Starting the service"):
        url = await serving.address()
        keys, _ = await asyncio.gather(_make_keys(serving), serving.ready())
    async with Api(url, keys.partner) as api, Api(url, keys.operator) as operator:
        endpoint = await api.post("/v1/webhook-endpoints", {"url": receiver.url, "description": "the demo's receiver"})
        receiver.trust(endpoint["secret"])
        with stages.stage("post", "Posting offers and requests") as step:
            await steps.post_trips(api, morning, step)
        declining = steps.draw_declining(morning, seed)
        await _match_and_answer(api, operator, morning, declining, stages)
        # Those whom a refusal set free are matched again; this time everybody goes.
        await _match_and_answer(api, operator, morning, set(), stages)
        with stages.stage("deliver", "Receiving webhooks") as step:
            await steps.await_webhooks(api, receiver, morning, step)
        morning.matches = await steps.matches_of(api, "confirmed")
    return keys


async def _match_and_answer(api: Api, operator: Api, morning: Morning, declining: set[str], stages: Stages) -> None:
    number = len(morning.batches) + 1
    with stages.stage("match", f"Matching, batch {number}") as step:
        asked = await steps.run_batch(operator, step)
    proposed = await steps.matches_of(api, "proposed")
    batch = await steps.batch_of(operator, proposed, asked)
    morning.batches.append(batch)
    morning.proposed = morning.proposed or [match for match in proposed if match["batch_id"] == batch["id"]]
    with stages.stage("answer", "Answering the proposals") as step:
        morning.declined += await steps.answer_proposals(api, proposed, declining, step)


async def _make_keys(serving: Serving) -> Keys:
    partner = await serving.command("partners", "create", "demo")
    create = ("keys", "create", partner["id"])
    own, operators = await asyncio.gather(serving.command(*create), serving.command(*create, "--operator"))
    return Keys(own["key"], operators["key"])


def _show(morning: Morning, settings: Settings, out: Path) -> None:
    figures = figures_of(morning, Crowfly(settings.circuity, settings.speed_kmh))
    written = {
        "map.html": render_map(_picture(morning, figures)),
        "instance.json": json.dumps(instance_from_trips(morning.offers, morning.requests, settings)),
        "plan.json": json.dumps(plan_from_matches(morning.proposed, morning.batches[0])),
    }
    for name, text in written.items():
        (out / name).write_text(text, encoding="utf-8")
    shown = Console()
    shown.print(table_of(morning, figures))
    shown.print(f"Map of the shared cars: {(out / 'map.html').resolve().as_uri()}", soft_wrap=True)
    shown.print(f"First batch, for carpool match: {out / 'instance.json'}, {out / 'plan.json'}", soft_wrap=True)


def _picture(morning: Morning, figures: Figures) -> DemoPicture:
    place = CITIES[morning.city].towns[0].name.split()[0]
    return DemoPicture(
        city=morning.city, title=f"A morning's shared cars around {place}",
        subtitle=f"{morning.day:%A %d %B %Y} · {len(morning.commuters):,} commuters",
        figures=headline(figures), matches=morning.matches, offers=morning.offers, requests=morning.requests,
    )  # fmt: skip
