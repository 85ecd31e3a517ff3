"""``carpool top``: a live view of a running service, from what any of its API processes tells."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from service.cli.options import DataDir, settings_of
from service.cli.scraped import Look, per_s, processes_of, quantile_s, read
from service.clock import monotonic_s
from service.errors import CarpoolError
from service.supervisor import SERVICE_FILE

_OLD_S = {"look": 60.0, "outbox": 10.0}  # shown in red from here on


class NoService(CarpoolError):
    """There is no service where it was looked for."""


def top(
    url: Annotated[str | None, typer.Option(help="Where an API is; else the service of the data directory.")] = None,
    every_s: Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Look twice, print, and end.")] = False,
    data_dir: DataDir = None,
) -> None:  # fmt: skip
    """Show markets, batches, calls, webhooks and processes as they are; Ctrl-C ends it."""
    address, pid = (url.rstrip("/"), None) if url is not None else _running(data_dir)
    with httpx.Client(base_url=address, timeout=10, trust_env=False) as client:
        before = _look(client, pid)
        if once:
            time.sleep(every_s)
            Console().print(_shown(address, _readiness(client), before, _look(client, pid)))
            return
        with Live(console=Console(), screen=True, auto_refresh=False) as live:
            try:
                while True:
                    time.sleep(every_s)
                    try:
                        now = _look(client, pid)
                    except NoService as error:  # it may come back
                        live.update(Text(f"{error}; looking again", "red"), refresh=True)
                        continue
                    live.update(_shown(address, _readiness(client), before, now), refresh=True)
                    before = now
            except KeyboardInterrupt:
                return


def _running(data_dir: Path | None) -> tuple[str, int]:
    directory = settings_of(data_dir=data_dir).data_dir
    try:
        note = json.loads((directory / SERVICE_FILE).read_text())
        return str(note["url"]), int(note["pid"])
    except (OSError, ValueError, KeyError):
        raise NoService(f"no service runs on {directory}: name another --data-dir, or an API's --url") from None


def _look(client: httpx.Client, pid: int | None) -> Look:
    try:
        text = client.get("/metrics").raise_for_status().text
    except httpx.HTTPError as error:
        raise NoService(f"{client.base_url} does not tell its metrics: {type(error).__name__} {error}") from None
    return read(text, monotonic_s(), processes_of(pid) if pid is not None else {})


def _readiness(client: httpx.Client) -> Mapping[str, Any]:
    try:
        found: dict[str, Any] = client.get("/readyz").json()
    except (httpx.HTTPError, ValueError) as error:
        return {"status": "not ready", "checks": {"api": type(error).__name__}}
    return found


def _shown(address: str, ready: Mapping[str, Any], before: Look, now: Look) -> RenderableType:
    faults = [f"{name}: {check}" for name, check in ready.get("checks", {}).items() if check != "ok"]
    late = ready.get("late_markets") or []
    told = [*faults, *([f"late: {', '.join(late)}"] if late else [])]
    head = Text.assemble((f"Carpool at {address}  ", "bold"), (str(ready.get("status")), "red" if faults else "green"))
    head.append("".join(f"\n  {line}" for line in told), "red")
    parts: list[RenderableType] = [head, _rates(before, now), _markets(now)]
    return Group(*parts, *([_processes(before, now)] if now.processes else []))


def _rates(before: Look, now: Look) -> Table:
    table = Table("", "a second", "p50 s", "p99 s", "", "")
    calls, faults = "carpool_http_requests_total", sum(
        per_s(before, now, "carpool_http_requests_total", status=status) or 0.0
        for status in now.by("carpool_http_requests_total", "status") if status.startswith("5")
    )  # fmt: skip
    table.add_row(
        "calls", _number(per_s(before, now, calls)), *_quantiles(before, now, "carpool_http_request_seconds"),
        f"{faults:.1f} faults/s", f"{now.total('carpool_event_streams'):,.0f} live streams",
    )  # fmt: skip
    table.add_row(
        "webhooks", _number(per_s(before, now, "carpool_deliveries_total")),
        *_quantiles(before, now, "carpool_delivery_age_seconds"),
        f"{per_s(before, now, 'carpool_deliveries_total', outcome='retry') or 0:.1f} to try again/s",
        f"{now.total('carpool_deliveries_in_flight'):,.0f} under way",
    )  # fmt: skip
    table.add_row(
        "batches", _number(per_s(before, now, "carpool_batches_total")),
        *_quantiles(before, now, "carpool_batch_seconds"),
        f"{now.total('carpool_riders_proposed_total'):,.0f} riders found a car",
        f"{now.total('carpool_batches_total', status='failed'):,.0f} failed",
    )  # fmt: skip
    return table


def _markets(now: Look) -> Table:
    table = Table("market", "open trips", "looked s ago", "batch s ago", "gap", "oldest event s")
    by = {
        name: now.by(f"carpool_market_{name}", "market")
        for name in ("open_trips", "look_age_seconds", "batch_age_seconds", "batch_gap", "outbox_age_seconds")
    }
    for market, trips in sorted(by["open_trips"].items(), key=lambda one: -one[1]):
        look, outbox, gap = (by[n].get(market) for n in ("look_age_seconds", "outbox_age_seconds", "batch_gap"))
        table.add_row(
            market, f"{trips:,.0f}", _aged(look, _OLD_S["look"]), _number(by["batch_age_seconds"].get(market)),
            "" if gap is None else f"{gap:.2%}", _aged(outbox, _OLD_S["outbox"]),
        )  # fmt: skip
    return table


def _processes(before: Look, now: Look) -> Table:
    table = Table("process", "pid", "cores", "resident MB")
    for pid, process in sorted(now.processes.items(), key=lambda one: (one[1].role, one[0])):
        was = before.processes.get(pid)
        cores = None if was is None else (process.cpu_s - was.cpu_s) / (now.at_s - before.at_s)
        table.add_row(process.role, str(pid), "" if cores is None else f"{cores:.2f}", f"{process.rss_mb:,.0f}")
    return table


def _quantiles(before: Look, now: Look, name: str) -> tuple[str, str]:
    return _number(quantile_s(before, now, name, 0.5)), _number(quantile_s(before, now, name, 0.99))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}" if value >= 1 else f"{value:.3g}"


def _aged(value: float | None, old: float) -> Text:
    return Text(_number(value), "red" if value is not None and value > old else "")
