"""Who reports somebody alerts the partners of both, and nobody else."""

from __future__ import annotations

import httpx
import pytest

from service.usecases.context import Context
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import car_of_partners, carrying

pytestmark = pytest.mark.anyio
WORDS = "drove at 180\nand would not stop"


async def reported(client: httpx.AsyncClient) -> list[dict]:
    return (await client.get("/v1/events?types=commuter.reported")).json()["items"]


async def test_a_report_tells_both_partners_each_as_much_as_it_may_read(
    context: Context, client_of: MakeClient
) -> None:
    one, two = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, rob = await car_of_partners(context, one, (two, "rob"))
    match = await carrying(two, rob)
    body = {"match_id": match["id"], "about_trip_id": offer["id"], "kind": "dangerous_driving", "text": WORDS}
    sent = [
        await two.post("/v1/commuters/rob/reports", json=body | {"block": True}, headers={"Idempotency-Key": "r1"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert (sent[0].content, sent[1].headers["Idempotent-Replayed"]) == (sent[1].content, "true")
    (own,), (others,) = await reported(two), await reported(one)
    assert (own["data"]["commuter_id"], own["data"]["text"]) == ("rob", WORDS)
    assert (others["data"]["commuter_id"], others["data"]["text"]) == (None, None)
    assert own["data"]["id"] == others["data"]["id"] == sent[0].json()["id"]
    assert [b["id"] for b in (await two.get("/v1/commuters/rob/blocks")).json()["items"]] == [offer["id"]]
    assert (await run_batch(context)).matches == 0
    export = (await two.get("/v1/commuters/rob/export")).json()
    assert [report["text"] for report in export["reports"]] == [WORDS]
    assert (await one.delete("/v1/commuters/dora")).status_code == 204
    assert (await reported(two), await reported(one)) == ([own], [others])
    assert (await two.delete("/v1/commuters/rob")).status_code == 204
    assert [event["data"] for event in await reported(two)] == [{"id": own["data"]["id"]}]


async def test_only_people_of_a_match_report_and_are_reported(context: Context, client_of: MakeClient) -> None:
    one, two = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, rob = await car_of_partners(context, one, (two, "rob"))
    match = (await carrying(two, rob))["id"]
    body = {"match_id": match, "about_trip_id": offer["id"], "kind": "other"}
    for who, change, status in (
        ("ria", {}, 422), ("rob", {"about_trip_id": rob["id"]}, 422), ("rob", {"match_id": offer["id"]}, 404),
        ("rob", {"kind": "rude"}, 422), ("rob", {"text": "x" * 2001}, 422), ("rob", {"text": "a\x00"}, 422),
    ):  # fmt: skip
        answer = await two.post(f"/v1/commuters/{who}/reports", json=body | change)
        assert answer.status_code == status, (who, change, answer.text)
    assert await reported(one) == []
