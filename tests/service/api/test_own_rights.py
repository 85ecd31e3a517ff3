"""Commuters use their rights by their own tokens: each reaches their own person, and nobody else."""

from __future__ import annotations

import httpx
import pytest

from service.api.app import create_app
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient, SignIn
from tests.service.api.rides import answer, car_of_partners, carrying, post, shared_car, status

pytestmark = pytest.mark.anyio
CONSENT = {"purpose": "commuting", "version": "1", "at": "2027-02-20T09:00:00+01:00"}


async def blocked(client: httpx.AsyncClient, who: str) -> list[str]:
    return [one["id"] for one in (await client.get(f"/v1/commuters/{who}/blocks")).json()["items"]]


async def test_a_commuter_blocks_who_was_in_their_car_by_their_trip_and_takes_it_back(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    offer, rob_s, ria_s = await shared_car(context, partner, "rob", "ria")
    rob = await sign_in("rob")
    assert (await rob.put(f"/v1/commuters/rob/blocks/{ria_s['id']}")).status_code == 204
    assert await blocked(rob, "rob") == await blocked(partner, "rob") == [ria_s["id"]]
    assert [await status(partner, trip) for trip in (offer, rob_s, ria_s)] == ["confirmed", "open", "confirmed"]
    assert (await run_batch(context)).matches == 0
    assert (await rob.delete("/v1/commuters/rob/blocks/ria")).status_code == 204  # nor does that tell whose trip it is
    assert await blocked(rob, "rob") == [ria_s["id"]]
    assert (await rob.delete(f"/v1/commuters/rob/blocks/{ria_s['id']}")).status_code == 204
    assert await blocked(rob, "rob") == []
    await run_batch(context)
    assert await status(partner, rob_s) == "proposed"


async def test_a_commuter_declines_a_proposal_by_blocking(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    offer, mine = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    assert (await (await sign_in("rob")).put(f"/v1/commuters/rob/blocks/{offer['id']}")).status_code == 204
    assert (await status(partner, offer), await status(partner, mine)) == ("open", "open")
    assert (await run_batch(context)).matches == 0


async def test_blocks_by_id_tell_a_commuter_nothing_of_who_is_in_their_car(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    _, rob_s, _ = await shared_car(context, partner, "rob", "ria")
    rob, stranger = await sign_in("rob"), await post(partner, "offer", offer_body(commuter_id="eve"))
    answers = [await rob.put(f"/v1/commuters/rob/blocks/{named}") for named in ("ria", "nobody", stranger["id"])]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "a trip of a match" in answers[0].json()["detail"]
    assert await status(partner, rob_s) == "confirmed"
    assert await blocked(partner, "rob") == []
    assert (await rob.put(f"/v1/commuters/rob/blocks/{rob_s['id']}")).status_code == 422


async def test_a_commuter_reports_another_partners_driver_and_both_partners_are_told(
    context: Context, client_of: MakeClient, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    one, two = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, rob_s = await car_of_partners(context, one, (two, "rob"))
    rob, match = await sign_in("rob", two), await carrying(two, rob_s)
    body = {"match_id": match["id"], "about_trip_id": offer["id"], "kind": "dangerous_driving", "text": "too fast"}
    sent = [
        await rob.post("/v1/commuters/rob/reports", json=body | {"block": True}, headers={"Idempotency-Key": "r1"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[1].headers["Idempotent-Replayed"] == "true"
    for client, text in ((two, "too fast"), (one, None)):
        (told,) = (await client.get("/v1/events?types=commuter.reported")).json()["items"]
        assert (told["data"]["id"], told["data"]["text"]) == (sent[0].json()["id"], text)
    assert await blocked(rob, "rob") == [offer["id"]]
    assert (await rob.get("/v1/events?types=commuter.reported")).json()["items"] == []  # it is the partners' to act on
    rest = {"about_trip_id": rob_s["id"], "kind": "other"}
    assert (await rob.post("/v1/commuters/rob/reports", json={"match_id": match["id"], **rest})).status_code == 422
    others = await shared_car(context, partner, "eve")
    elsewhere = {"match_id": (await carrying(partner, others[0]))["id"], "about_trip_id": others[0]["id"]}
    assert (await rob.post("/v1/commuters/rob/reports", json={**elsewhere, "kind": "other"})).status_code == 404


async def test_a_commuter_gets_the_export_and_the_profile_that_their_partner_gets(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await partner.put("/v1/commuters/rob", json={"display_name": "Rob", "consent": CONSENT})
    offer, rob_s, _ = await shared_car(context, partner, "rob", "ria")
    await answer(partner, await carrying(partner, offer), "start", offer)
    await relayed(context)
    rob = await sign_in("rob")
    assert (await rob.get("/v1/commuters/rob")).json() == (await partner.get("/v1/commuters/rob")).json()
    own, theirs = [(await client.get("/v1/commuters/rob/export")).json() for client in (rob, partner)]
    assert own == theirs
    assert [trip["id"] for trip in own["requests"]] == [rob_s["id"]]
    assert "match.started" in {event["type"] for event in own["events"]}


async def test_a_token_opens_no_other_commuter_wherever_a_path_names_one(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    """It walks the document: what is open is 404 for anybody else, as if they were not there; the rest is closed."""
    await shared_car(context, partner, "rob")
    rob, opened = await sign_in("rob"), set()
    for path, operations in create_app(context).openapi()["paths"].items():
        for method, operation in operations.items():
            if "{commuter_id}" not in path:
                continue
            is_open = {"commuterToken": []} in operation["security"]
            answers = [
                await rob.request(method.upper(), path.format(commuter_id=who, other_id="off_x"))
                for who in ("dora", "nobody", "Rob", "rob%20", "ro")
            ]
            assert {answer.status_code for answer in answers} == {404 if is_open else 403}, (method, path)
            assert answers[0].text.replace("dora", "nobody") == answers[1].text
            opened |= {operation["operationId"]} if is_open else set()
    assert opened == {
        "get_commuter", "export_commuter", "report_commuter", "list_blocks", "block_commuter", "unblock_commuter",
    }  # fmt: skip
    assert (await partner.get("/v1/commuters/dora/blocks")).json()["items"] == []
