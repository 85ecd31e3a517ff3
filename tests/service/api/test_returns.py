"""Ways out and back: proposed together, and ended together while they are not settled."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from service.errors import Invalid, NotFound
from service.usecases import batches
from service.usecases.checkup import check_up
from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from service.usecases.partners import list_partners, set_fallback
from tests.factories import HOME, WORK, offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import (
    FELL,
    answer,
    back,
    carrying,
    confirm,
    event_types,
    events,
    explained,
    outcome,
    post,
    shared_car,
    status,
    there_and_back,
)
from tests.service.damage import damage_match

pytestmark = pytest.mark.anyio


async def test_a_pair_of_ways_of_which_one_has_left_is_not_proposed_at_all(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    trips = await there_and_back(partner)

    async def meanwhile() -> None:
        clock.move(hours=2, minutes=50)

    batch = await run_batch(context, meanwhile=meanwhile)
    assert (batch.matches, batch.withdrawn) == (0, 2)
    assert {await status(partner, trip) for trip in trips} == {"open"}


async def test_a_way_back_is_proposed_with_the_way_out_or_not_at_all(
    context: Context, partner: httpx.AsyncClient
) -> None:
    out = await post(partner, "request", request_body())
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    await post(partner, "offer", offer_body())
    await run_batch(context)
    assert [await status(partner, trip) for trip in (out, home)] == ["open", "open"]
    await post(partner, "offer", back(offer_body(commuter_id="eve")))

    async def meanwhile() -> None:
        await partner.delete(f"/v1/requests/{home['id']}")

    batch = await run_batch(context, meanwhile=meanwhile)
    assert (batch.matches, batch.withdrawn) == (0, 2)
    assert await status(partner, out) == "open"


@pytest.mark.parametrize("declined", ["out", "back"])
async def test_when_one_way_is_declined_the_other_s_proposal_ends_with_it(
    context: Context, partner: httpx.AsyncClient, declined: str
) -> None:
    drive, drive_back, out, home = trips = await there_and_back(partner)
    await run_batch(context)
    there, again = await carrying(partner, out), await carrying(partner, home)
    assert there["id"] != again["id"]
    await answer(partner, there, "accept", drive)
    await answer(partner, again, "accept", drive_back)
    ended, fallen, trip = (there, again, out) if declined == "out" else (again, there, home)
    assert (await answer(partner, ended, "decline", trip)).json()["status"] == "declined"
    assert await outcome(partner, fallen) == FELL
    assert {await status(partner, trip) for trip in trips} == {"open"}
    assert (await event_types(context))[-2:] == ["match.declined", "match.cancelled"]
    assert (await answer(partner, fallen, "accept", home if declined == "out" else out)).status_code == 409
    assert (await run_batch(context)).matches == 0, "one way was declined, so neither is proposed"
    assert await violations(context.store) == []


async def test_when_one_way_expires_the_other_s_proposal_ends_with_it(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    trips = await there_and_back(partner)
    await run_batch(context)
    clock.move(seconds=600)
    await batches.expire_due(context, "main")
    found = (await partner.get("/v1/matches")).json()["items"]
    assert sorted((match["status"], match["reason"] or "") for match in found) == [FELL, ("expired", "")]
    assert {await status(partner, trip) for trip in trips} == {"open"}


async def test_a_cancelled_way_out_frees_the_way_back_to_be_matched_by_itself(
    context: Context, partner: httpx.AsyncClient
) -> None:
    _, _, out, home = await there_and_back(partner)
    await run_batch(context)
    again = await carrying(partner, home)
    await partner.delete(f"/v1/requests/{out['id']}")
    assert await outcome(partner, again) == FELL
    assert [await status(partner, trip) for trip in (out, home)] == ["cancelled", "open"]
    await run_batch(context)
    assert await status(partner, home) == "proposed"


async def test_both_ways_are_confirmed_by_the_last_acceptance_of_either_car(
    context: Context, partner: httpx.AsyncClient
) -> None:
    drive, drive_back, out, home = trips = await there_and_back(partner)
    await run_batch(context)
    there, again = await carrying(partner, out), await carrying(partner, home)
    await confirm(partner, drive_back, home)
    waiting = await carrying(partner, home)
    assert (waiting["status"], waiting["awaiting"]) == ("proposed", [])
    await confirm(partner, drive)
    assert await status(partner, out) == "proposed"
    assert (await answer(partner, there, "accept", out)).json()["status"] == "confirmed"
    assert {await status(partner, trip) for trip in trips} == {"confirmed"}
    assert (await event_types(context))[-3:] == ["match.accepted", "match.confirmed", "match.confirmed"]
    shown = [match["riders"][0]["other_way"] for match in (there, again)]
    assert shown == [
        {"request_id": home["id"], "match_id": again["id"]}, {"request_id": out["id"], "match_id": there["id"]}
    ]  # fmt: skip
    assert await violations(context.store) == []
    assert (await check_up(context)).wrong == 0


async def test_two_last_acceptances_at_once_confirm_both_ways(context: Context, partner: httpx.AsyncClient) -> None:
    drive, drive_back, out, home = trips = await there_and_back(partner)
    await run_batch(context)
    there, again = await carrying(partner, out), await carrying(partner, home)
    await confirm(partner, drive)
    await confirm(partner, drive_back)
    await asyncio.gather(answer(partner, there, "accept", out), answer(partner, again, "accept", home))
    assert {await status(partner, trip) for trip in trips} == {"confirmed"}
    assert await violations(context.store) == []


async def test_a_way_that_all_have_accepted_falls_when_the_other_is_declined(
    context: Context, partner: httpx.AsyncClient
) -> None:
    _, drive_back, out, home = await there_and_back(partner)
    await run_batch(context)
    await confirm(partner, drive_back, home)
    await answer(partner, await carrying(partner, out), "decline", out)
    assert [await status(partner, trip) for trip in (out, home)] == ["open", "open"]


async def test_a_way_out_that_joins_an_agreed_car_is_in_it_once_the_way_back_is_agreed(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await shared_car(context, partner, "ann")
    drive_back = await post(partner, "offer", back(offer_body(commuter_id="eve")))
    out = await post(partner, "request", request_body(commuter_id="bob"))
    home = await post(partner, "request", back(request_body(commuter_id="bob"), return_of=out["id"]))
    await run_batch(context)
    await confirm(partner, out)
    assert await status(partner, out) == "proposed"
    await confirm(partner, drive_back, home)
    assert [await status(partner, trip) for trip in (out, home)] == ["confirmed", "confirmed"]
    assert len((await carrying(partner, out))["riders"]) == 2
    assert await violations(context.store) == []
    assert (await check_up(context)).wrong == 0


async def away(context: Context, partner: httpx.AsyncClient, **changes: Any) -> tuple[dict[str, Any], ...]:
    """Have both ways agreed, and the way out set off; returns the car of the way back, the way out and the way back."""
    drive, drive_back, out, home = await there_and_back(partner, **changes)
    await run_batch(context)
    for trip in (drive, out, drive_back, home):
        await confirm(partner, trip)
    assert (await answer(partner, await carrying(partner, out), "start", drive)).status_code == 200
    return drive_back, out, home


@pytest.mark.parametrize("completed", [False, True])
async def test_who_loses_the_way_back_on_the_way_is_told_of_the_fall_back_and_comes_first(
    context: Context, partner: httpx.AsyncClient, completed: bool
) -> None:
    fallback = {"label": "Taxi voucher", "phone": "+31201234567"}
    await update_market(context, "main", MarketChange(fallback=fallback))
    drive_back, out, home = await away(context, partner)
    if completed:
        there = await carrying(partner, out)
        assert (await answer(partner, there, "complete", {"id": there["offer_id"]})).status_code == 200
    lost = await carrying(partner, home)
    await partner.delete(f"/v1/offers/{drive_back['id']}")
    (told,) = [event for event in await events(context) if event["type"] == "match.return_at_risk"]
    data = orjson.loads(told["data"])
    assert (data["id"], data["status"], data["reason"]) == (lost["id"], "cancelled", "trip_cancelled")
    assert data["at_risk"] == {"request_id": home["id"], "fallback": fallback}
    assert await status(partner, home) == "open"
    # One seat: who is stranded gets it, though two others of longer rides come with it.
    rivals = [
        await post(partner, "request", back(request_body(commuter_id=name, origin=HOME, destination=WORK)))
        for name in ("rik", "roy")
    ]
    await post(partner, "offer", back(offer_body(commuter_id="fay", seats=1)))
    await run_batch(context)
    assert [await status(partner, trip) for trip in (home, *rivals)] == ["proposed", "open", "open"]
    assert await violations(context.store) == []
    assert (await check_up(context)).wrong == 0


async def test_the_fall_back_of_a_community_goes_before_the_market_s(
    context: Context, partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    taxi, other = {"label": "Company taxi", "url": "https://taxi.example/"}, {"label": "Another's"}
    await update_market(context, "main", MarketChange(fallback={"label": "Bus"}))
    ours, theirs = partner.partner_id, (await client_of()).partner_id  # type: ignore[attr-defined]
    await set_fallback(context, theirs, "campus", other)
    await set_fallback(context, ours, "zuidas", taxi)
    drive_back, _, home = await away(context, partner, communities=["campus", "zuidas", "harbour"])
    assert (await explained(partner, home))["at_risk"] is None
    await partner.delete(f"/v1/offers/{drive_back['id']}")
    (told,) = [event for event in await events(context) if event["type"] == "match.return_at_risk"]
    assert orjson.loads(told["data"])["at_risk"] == {"request_id": home["id"], "fallback": taxi}
    assert (await explained(partner, home))["at_risk"] == {"request_id": home["id"], "fallback": taxi}
    await set_fallback(context, ours, "zuidas", {})
    assert (await explained(partner, home))["at_risk"]["fallback"] == {"label": "Bus"}
    assert (await check_up(context)).wrong == 0


async def test_a_way_back_that_is_open_before_anybody_has_left_is_not_at_risk(partner: httpx.AsyncClient) -> None:
    *_, home = await there_and_back(partner)
    assert (await explained(partner, home))["at_risk"] is None


async def test_a_fall_back_that_says_nothing_or_is_of_nobody_is_refused(
    context: Context, partner: httpx.AsyncClient
) -> None:
    ours = partner.partner_id  # type: ignore[attr-defined]
    for community, fallback in (("a b", {"label": "Taxi"}), ("zuidas", {"phone": "112"}), ("zuidas", {"fax": "1"})):
        with pytest.raises(Invalid):
            await set_fallback(context, ours, community, fallback)
    with pytest.raises(NotFound):
        await set_fallback(context, "par_none", "zuidas", {"label": "Taxi"})
    for n in range(100):
        await set_fallback(context, ours, f"community-{n}", {"label": "Taxi"})
    with pytest.raises(Invalid, match="one too many"):
        await set_fallback(context, ours, "zuidas", {"label": "Taxi"})
    changed = await set_fallback(context, ours, "community-7", {"label": "Bus"})
    assert (await list_partners(context))[0] == changed


async def test_a_way_back_lost_before_anybody_has_left_is_matched_anew_without_alarm(
    context: Context, partner: httpx.AsyncClient
) -> None:
    drive, drive_back, out, home = await there_and_back(partner)
    await run_batch(context)
    for trip in (drive, out, drive_back, home):
        await confirm(partner, trip)
    await partner.delete(f"/v1/offers/{drive_back['id']}")
    assert "match.return_at_risk" not in await event_types(context)
    assert [await status(partner, trip) for trip in (out, home)] == ["confirmed", "open"]


async def test_a_way_back_waits_while_its_way_out_is_proposed_and_then_stands_alone(
    context: Context, partner: httpx.AsyncClient
) -> None:
    drive, out = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    await post(partner, "offer", back(offer_body(commuter_id="eve")))
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    assert (await run_batch(context)).requests == 0
    assert await status(partner, home) == "open"
    await confirm(partner, drive, out)
    assert (await run_batch(context)).matches == 1
    assert await status(partner, home) == "proposed"


async def home_after_confirmed_out(context: Context, partner: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Confirm a way out, then post a car for the way back and the way back; return the first car and both ways."""
    drive, out = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    await confirm(partner, drive, out)
    await post(partner, "offer", back(offer_body(commuter_id="eve")))
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    return [drive, out, home]


async def test_a_confirmed_way_out_that_is_lost_takes_the_way_back_s_proposal_along(
    context: Context, partner: httpx.AsyncClient
) -> None:
    drive, out, home = await home_after_confirmed_out(context, partner)
    await run_batch(context)
    again = await carrying(partner, home)
    await partner.delete(f"/v1/offers/{drive['id']}")
    assert await outcome(partner, again) == FELL
    assert [await status(partner, trip) for trip in (out, home)] == ["open", "open"]


async def test_a_way_out_lost_while_the_solver_works_on_the_way_back_withdraws_that_proposal(
    context: Context, partner: httpx.AsyncClient
) -> None:
    drive, out, home = await home_after_confirmed_out(context, partner)

    async def meanwhile() -> None:
        await partner.delete(f"/v1/offers/{drive['id']}")

    batch = await run_batch(context, meanwhile=meanwhile)
    assert (batch.matches, batch.withdrawn) == (0, 1)
    assert [await status(partner, trip) for trip in (out, home)] == ["open", "open"]


async def test_all_proposals_that_hang_together_by_their_riders_ways_end_together(
    context: Context, partner: httpx.AsyncClient
) -> None:
    out_car = await post(partner, "offer", offer_body())
    for name in ("eve", "fay"):
        await post(partner, "offer", back(offer_body(commuter_id=name, seats=1)))
    ways = []
    for name in ("ann", "bob"):
        out = await post(partner, "request", request_body(commuter_id=name))
        ways.append((out, await post(partner, "request", back(request_body(commuter_id=name), return_of=out["id"]))))
    assert (await run_batch(context)).matches == 3
    (ann_out, ann_home), (bob_out, bob_home) = ways
    there, bobs = await carrying(partner, out_car), await carrying(partner, bob_home)
    anns = await carrying(partner, ann_home)
    assert (await answer(partner, anns, "decline", ann_home)).status_code == 200
    assert [await outcome(partner, match) for match in (there, bobs)] == [FELL, FELL]
    assert {await status(partner, trip) for trip in (out_car, ann_out, ann_home, bob_out, bob_home)} == {"open"}
    assert await violations(context.store) == []


async def test_a_damaged_proposal_of_the_other_way_holds_an_expiry_up_for_one_round_only(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    trips = await there_and_back(partner)
    await run_batch(context)
    await damage_match(context.store, (await carrying(partner, trips[3]))["id"])
    clock.move(seconds=600)
    for _ in range(2):
        await batches.expire_due(context, "main")
    assert {await status(partner, trip) for trip in trips} == {"open"}
