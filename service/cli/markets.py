"""``carpool markets``: the named areas that are matched each by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.connected import on_store
from service.cli.documents import Refused, named_text, read_json
from service.cli.options import DataDir, Json, RedisUrl
from service.cli.output import show
from service.clock import rfc3339
from service.model.deciding import AT_ONCE, Decide
from service.model.fallbacks import FALLBACK
from service.model.markets import POLICY, Market
from service.usecases import markets
from service.usecases.markets import MarketChange

markets_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Markets: named areas, each matched by itself."
)
AreaFile = Annotated[Path | None, typer.Option("--area", help="GeoJSON file: a Polygon or MultiPolygon; - reads it.")]
PointsFile = Annotated[
    Path | None,
    typer.Option(
        "--meeting-points",
        help="GeoJSON file: a FeatureCollection of Points with the properties id and name, instead of those before; "
        "- reads it.",
    ),
]
Timezone = Annotated[str | None, typer.Option(help="Such as Europe/Amsterdam; of a new market: UTC.")]
Currency = Annotated[str | None, typer.Option(help="ISO 4217 code of cost shares, instead of CARPOOL_CURRENCY.")]
Neighbours = Annotated[
    str | None, typer.Option(help='Markets whose left-over trips it may match, with commas; "" for none.')
]
Policy = Annotated[
    list[str] | None, typer.Option(help=f"NAME=VALUE instead of the setting, may be repeated: {', '.join(POLICY)}.")
]
Deciding = Annotated[
    str | None,
    typer.Option(
        "--decide", help="When trips are matched: at_once, lead_s=N before they leave, daily=HH:MM the day before."
    ),
]
Fallback = Annotated[
    list[str] | None,
    typer.Option(
        help="What is said to who loses their way back on the way: NAME=TEXT, may be repeated: "
        f'{", ".join(FALLBACK)}; "" for nothing.'
    ),
]


@markets_app.command("create")
def create(  # noqa: PLR0913, PLR0917 - each is an option
    name: str,
    area: AreaFile = None, timezone: Timezone = None, currency: Currency = None, neighbours: Neighbours = None,
    policy: Policy = None, decide: Deciding = None, fallback: Fallback = None, meeting_points: PointsFile = None,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Make a market. It takes trips some seconds later, once every process knows of it."""
    given = _change(area, timezone, currency, neighbours, policy, decide, fallback, meeting_points)
    _show(on_store(data_dir, redis_url, lambda context: markets.create_market(context, name, given)), json_)


@markets_app.command("update")
def update(  # noqa: PLR0913, PLR0917 - each is an option
    name: str,
    area: AreaFile = None, timezone: Timezone = None, currency: Currency = None, neighbours: Neighbours = None,
    policy: Policy = None, decide: Deciding = None, fallback: Fallback = None, meeting_points: PointsFile = None,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Change what is given of a market. Trips stay in the market that they were posted to."""
    change = _change(area, timezone, currency, neighbours, policy, decide, fallback, meeting_points)
    _show(on_store(data_dir, redis_url, lambda context: markets.update_market(context, name, change)), json_)


@markets_app.command("list")
def list_(data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """List the live markets."""
    found = on_store(data_dir, redis_url, markets.list_markets)
    show([market.record() for market in found], as_json=json_, text="\n".join(map(_line, found)))


@markets_app.command("show")
def show_one(name: str, data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """Show one market."""
    _show(on_store(data_dir, redis_url, lambda context: markets.get_market(context, name)), json_)


def _change(
    area: Path | None, timezone: str | None, currency: str | None, neighbours: str | None, policy: list[str] | None,
    decide: str | None, fallback: list[str] | None, meeting_points: Path | None,
) -> MarketChange:  # fmt: skip
    return MarketChange(
        area=None if area is None else read_json(area), timezone=timezone, currency=currency,
        neighbours=None if neighbours is None else [name.strip() for name in neighbours.split(",") if name.strip()],
        policy=dict(map(_setting, policy or ())), decide=None if decide is None else _deciding(decide),
        fallback=None if fallback is None else dict(map(named_text, filter(None, fallback))),
        meeting_points=None if meeting_points is None else read_json(meeting_points),
    )  # fmt: skip


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value) if "." in value else int(value)
    except ValueError:
        raise Refused(f"--policy {text}: say NAME=NUMBER, such as hold_s=300") from None


def _deciding(text: str) -> Decide:
    name, _, value = text.partition("=")
    if text == "at_once":
        return AT_ONCE
    if name == "lead_s" and value.isdecimal():
        return Decide(lead_s=int(value))
    if name == "daily":
        return Decide(daily=value)
    raise Refused(f"--decide {text}: say at_once, lead_s=7200 or daily=20:00")


def _show(market: Market, as_json: bool) -> None:
    show(market.record(), as_json=as_json, text=_line(market))


def _said(decide: Decide) -> dict[str, Any]:
    said = decide.document()
    return {} if isinstance(said, str) else said


def _line(market: Market) -> str:
    parts = [market.name, "with an area" if market.area else "what no other takes", market.timezone]
    parts += [f"{len(market.meeting_points)} meeting points"] if market.meeting_points else []
    parts += [market.currency] if market.currency else []
    parts += [f"{name} {market.policy[name]:g}" for name in POLICY if name in market.policy]
    parts += [f"decides by {name} {value}" for name, value in _said(market.decide).items()]
    parts += [f"neighbours {','.join(market.neighbours)}"] if market.neighbours else []
    parts += [f"takes trips from {rfc3339(market.opens_at)}"] if market.opens_at else []
    return "  ".join(parts)
