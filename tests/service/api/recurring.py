"""What the tests of series do over HTTP, and how they look at what came of it."""

from __future__ import annotations

from typing import Any

import httpx

from service.store import keys
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.invariants import violations

# The tests' clock stands on Monday 1 March 2027, 6 o'clock in Amsterdam, whose clocks go forward on 28 March.
WORKDAYS = {"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,TH", "timezone": "Europe/Amsterdam"}
TAG = keys.market_tag("main")


def recurring(body: dict[str, Any], rrule: str = WORKDAYS["rrule"], **changes: Any) -> dict[str, Any]:
    """Return a trip that recurs."""
    return body | {"recurrence": {"rrule": rrule, "timezone": "Europe/Amsterdam", **changes}}


async def trips(client: httpx.AsyncClient, series: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the trips of a series, the first to leave first."""
    answer = await client.get(f"/v1/{series['kind']}s", params={"series": series["id"], "limit": 500})
    assert answer.status_code == 200, answer.text
    return sorted(answer.json()["items"], key=lambda trip: trip["earliest_departure"])


def departures(found: list[dict[str, Any]], *statuses: str) -> list[str]:
    """Return when trips of these statuses leave, open ones where none is named."""
    return [t["earliest_departure"] for t in found if t["status"] in (statuses or ("open",))]


async def change(client: httpx.AsyncClient, series: dict[str, Any], body: Any, query: str = "") -> httpx.Response:
    """Patch a series."""
    return await client.patch(f"/v1/series/{series['id']}{query}", json=body)


async def sound(context: Context) -> None:
    """See that nothing in the store contradicts anything else."""
    assert await violations(context.store) == []
    report = await check_up(context)
    assert [check.examples for check in report.checks if check.wrong] == []
