"""Whom a partner shares with counts where both sides say so, and from the batch after they did."""

from __future__ import annotations

import httpx
import pytest

from service.model.partners import SCOPES
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import post

pytestmark = pytest.mark.anyio


async def says(operator: httpx.AsyncClient, partner: httpx.AsyncClient, shares_with: str) -> None:
    changed = await operator.patch(
        f"/v1/partners/{partner.partner_id}", json={"shares_with": shares_with}  # type: ignore[attr-defined]
    )  # fmt: skip
    assert changed.status_code == 200, changed.text


async def matches_of(client: httpx.AsyncClient) -> list[str]:
    return [match["id"] for match in (await client.get("/v1/matches")).json()["items"]]


@pytest.mark.parametrize(
    ("driver_says", "rider_says", "ride"),
    [
        ("own", "own", False),
        ("all", "own", False),
        ("own", "all", False),
        ("rider", "own", False),
        ("own", "driver", False),
        ("another", "driver", False),
        ("all", "another", False),
        ("all", "all", True),
        ("rider", "driver", True),
        ("all", "driver", True),
        ("rider", "all", True),
    ],
)
async def test_people_of_two_partners_are_matched_where_both_say_so(
    context: Context, client_of: MakeClient, driver_says: str, rider_says: str, ride: bool
) -> None:
    operator, drives, rides, another = await client_of(*SCOPES), *[await client_of() for _ in range(3)]
    named = {"rider": rides.partner_id, "driver": drives.partner_id, "another": another.partner_id}  # type: ignore[attr-defined]
    await says(operator, drives, named.get(driver_says, driver_says))
    await says(operator, rides, named.get(rider_says, rider_says))
    await post(drives, "offer", offer_body())
    await post(rides, "request", request_body())
    await run_batch(context)
    for client in (drives, rides):
        assert len(await matches_of(client)) == ride
    assert await matches_of(another) == []


async def test_one_side_alone_ends_it_from_the_next_batch_on(context: Context, client_of: MakeClient) -> None:
    operator, drives, rides = await client_of(*SCOPES), await client_of(shares_with="all"), await client_of()
    await post(drives, "offer", offer_body())
    await post(rides, "request", request_body())
    await run_batch(context)
    assert await matches_of(rides) == []
    await says(operator, rides, "all")
    await says(operator, drives, "own")
    await run_batch(context)
    assert await matches_of(rides) == []
    await says(operator, drives, rides.partner_id)  # type: ignore[attr-defined]
    await run_batch(context)
    assert len(await matches_of(rides)) == 1
