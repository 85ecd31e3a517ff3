"""A day with trips that come in one after another, under each policy, beside the best plan had all been known at once.

    python loadtests/simulate.py --city amsterdam --people 250 --seeds 1 2 [--markdown docs/policies.md]

Regret is by how much less the day scored than the bound on every plan of all its trips. No clock is read: the same
arguments give the same table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loadtests.horizon.arrivals import draw_postings
from loadtests.horizon.day import Outcome, live
from loadtests.tables import Table, as_markdown, as_text
from matching import Plan, solve
from service.demo.cities import CITIES, CityName
from service.model.deciding import AT_ONCE, Decide

_MARK = "<!-- figures: written by loadtests/simulate.py -->\n"


class Policy(NamedTuple):
    """When trips are decided, and how often a batch runs."""

    name: str
    decide: Decide
    interval_s: int


POLICIES = (
    Policy("at once, every 10 s", AT_ONCE, 10),
    Policy("at once, every minute", AT_ONCE, 60),
    Policy("at once, every 10 min", AT_ONCE, 600),
    Policy("at once, every hour", AT_ONCE, 3600),
    Policy("4 h before", Decide(lead_s=4 * 3600), 60),
    Policy("2 h before", Decide(lead_s=2 * 3600), 60),
    Policy("1 h before", Decide(lead_s=3600), 60),
    Policy("30 min before", Decide(lead_s=1800), 60),
    Policy("20:00 of the day before", Decide(daily="20:00"), 60),
)
_HEADS = ("policy", "batches", "cars", "riders", "of those possible", "regret", "told ahead, median", "a tenth at most")


def main() -> None:
    """Run what is asked for and show it; exit 1 where a day breaks a rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--city", choices=sorted(CITIES), nargs="+", default=["amsterdam"])
    parser.add_argument("--people", type=int, default=250)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--markdown", type=Path, help="page whose figures are written anew, below its mark")
    options = parser.parse_args()
    tables = [table_of(city, options.people, options.seeds, POLICIES) for city in options.city]
    print("\n\n".join(map(as_text, tables)))
    if options.markdown:
        page = options.markdown.read_text()
        figures = "\n\n".join(map(as_markdown, tables))
        options.markdown.write_text(page[: page.index(_MARK)] + _MARK + "\n" + figures + "\n")


def table_of(city: CityName, people: int, seeds: Sequence[int], policies: Sequence[Policy]) -> Table:
    """Return the means over some days of a city, a row for each policy and one for who knows all beforehand."""
    days = [draw_postings(people, city, seed) for seed in seeds]
    best = [solve(whole) for whole, _ in days]
    zone = ZoneInfo(CITIES[city].timezone)
    rows = [_best_row(best)]
    for policy in policies:
        lived = [live(whole, postings, policy.decide, policy.interval_s, zone) for whole, postings in days]
        broken = [fault for outcome in lived for fault in outcome.faults]
        if broken:
            sys.exit(f"{policy.name}: {broken[0]}")
        rows.append(_row(policy, lived, best))
    title = f"{CITIES[city].title}, {people:,} people, means of {len(seeds)} days"
    return Table(title, _HEADS, rows, frozenset({"policy"}))


def _best_row(best: Sequence[Plan]) -> tuple[str, ...]:
    cars, riders = fmean(len(plan.matches) for plan in best), fmean(_riders(plan) for plan in best)
    regret = fmean(1 - plan.score / plan.bound for plan in best)
    return ("all known at once", "1", f"{cars:.0f}", f"{riders:.0f}", "100%", f"{regret:.1%}", "", "")


def _row(policy: Policy, lived: Sequence[Outcome], best: Sequence[Plan]) -> tuple[str, ...]:
    riders, possible = fmean(outcome.riders for outcome in lived), fmean(map(_riders, best))
    regret = fmean(1 - outcome.score / plan.bound for outcome, plan in zip(lived, best, strict=True))
    ahead = sorted(seconds for outcome in lived for seconds in outcome.told_ahead_s)
    return (
        policy.name, f"{fmean(o.batches for o in lived):.0f}", f"{fmean(o.cars for o in lived):.0f}", f"{riders:.0f}",
        f"{riders / possible:.0%}", f"{regret:.1%}", _hours(median(ahead)), _hours(ahead[len(ahead) // 10]),
    )  # fmt: skip


def _riders(plan: Plan) -> int:
    return sum(len(match.requests) for match in plan.matches)


def _hours(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d} h"


if __name__ == "__main__":
    main()
