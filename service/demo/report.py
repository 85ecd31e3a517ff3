"""The demo's table, and the figures that its map opens with."""

from __future__ import annotations

import json

from rich.table import Table

from service.demo.cities import CITIES
from service.demo.figures import Figures, Morning
from service.demo.map_page import Figure


def headline(figures: Figures) -> tuple[Figure, ...]:
    """Return the few figures that the map opens with."""
    return (
        Figure(
            "Riders served", f"{figures.riders_served:,}", f"{_share(figures)} of {figures.riders_asked:,} who asked"
        ),
        Figure("Cars off the road", f"{figures.cars_off_road:,}", "left at home by riders"),
        Figure("Driving saved", f"{figures.saved_m / 1000:,.0f} km", "riders' own ways less detours"),
        Figure("CO₂ saved", _mass(figures.co2_saved_g), "at the tailpipe, this morning"),
        Figure("Gap to the bound", _gap(figures.gap), "proven: no plan is better by more"),
    )  # fmt: skip


def table_of(morning: Morning, figures: Figures) -> Table:
    """Return the demo's table."""
    table = Table(title=f"{CITIES[morning.city].title}\nMorning of {morning.day:%A %d %B %Y}", show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    sections = (_people(morning, figures), _savings(figures), _plan(morning, figures), _webhooks(morning))
    for section in (*sections, _times(morning)):
        for row in section:
            table.add_row(*row)
        table.add_section()
    return table


_Row = tuple[str, str, str]


def invitation(url: str, partner_key: str, operator_key: str, morning: Morning) -> str:
    """Return what to try on a demo that keeps serving."""
    commuter = next(commuter for commuter in morning.commuters if commuter.asks)
    body = json.dumps({**commuter.as_request(), "commuter_id": "you", "either": None})
    partner = f"'Authorization: Bearer {partner_key}'"
    return "\n".join((
        f"\nThe service keeps serving at {url} (its API: {url}/docs), with this key: {partner_key}",
        "Try, until Ctrl-C:",
        f"  curl -H {partner} '{url}/v1/matches?status=confirmed&limit=1'",
        f"  curl -H {partner} -H 'Content-Type: application/json' {url}/v1/requests -d '{body}'",
        f"  curl -H 'Authorization: Bearer {operator_key}' -X POST {url}/v1/batches",
    ))  # fmt: skip


def _people(morning: Morning, figures: Figures) -> list[_Row]:
    posted = f"{len(morning.offers):,} offers, {len(morning.requests):,} requests"
    per_car = figures.riders_served / max(1, figures.cars)
    return [
        ("Commuters", f"{len(morning.commuters):,}", posted),
        (
            "Riders served",
            f"{figures.riders_served:,} ({_share(figures)})",
            f"of {figures.riders_asked:,} who asked and do not drive others",
        ),
        ("Shared cars", f"{figures.cars:,}", f"{per_car:.2f} riders a car"),
        ("Proposals declined", f"{morning.declined:,}", "their people went into the next batch"),
    ]


def _savings(figures: Figures) -> list[_Row]:
    return [
        ("Cars off the road", f"{figures.cars_off_road:,}", "served riders who would have gone in their own"),
        ("Driving saved", f"{figures.saved_m / 1000:,.0f} km", "these riders' own ways, less the drivers' detours"),
        ("CO₂ saved", _mass(figures.co2_saved_g), "of the same, at the tailpipe"),
        ("Mean detour", f"{figures.mean_detour_s / 60:.1f} min", "waiting and boarding included"),
    ]


def _plan(morning: Morning, figures: Figures) -> list[_Row]:
    scope = "over all cars that keep the rules" if figures.bound_scope == "complete" else "over the cars it looked at"
    rows = [("Gap to the proven bound", _gap(figures.gap), f"no plan is better by more, {scope}")]
    for number, batch in enumerate(morning.batches, 1):
        trips = batch["offers"] + batch["requests"]
        rows.append(
            (f"Batch {number}", f"{batch['matches']:,} matches", f"of {trips:,} trips, {batch['riders']:,} riders")
        )
    return rows


def _webhooks(morning: Morning) -> list[_Row]:
    received = morning.received
    kinds = ", ".join(f"{count:,} {kind.removeprefix('match.')}" for kind, count in received.by_type.most_common())
    events = f"for {len(morning.events):,} events" + (f": {kinds}" if kinds else "")
    return [
        ("Webhooks received", f"{received.deliveries:,}", events),
        (
            "Signatures verified",
            f"{received.verified:,}",
            f"{received.duplicates:,} repeated, {received.rejected.total():,} refused",
        ),
    ]


def _times(morning: Morning) -> list[_Row]:
    each = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in morning.seconds.items())
    return [("Time", f"{sum(morning.seconds.values()):.1f} s", each)]


def _share(figures: Figures) -> str:
    return f"{figures.riders_served / max(1, figures.riders_asked):.0%}"


def _gap(gap: float) -> str:
    return f"{gap:.2%}"


def _mass(grams: int) -> str:
    return f"{grams / 1e6:,.2f} t" if grams >= 1e6 else f"{grams / 1000:,.0f} kg"
