"""What a person is called is told to who rides with them; what they consented to is kept."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.usecases.context import Context
from tests.factories import request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import car_of_partners, carrying, events, post

pytestmark = pytest.mark.anyio
AGREED = {"purpose": "car pooling to work", "version": "1", "at": "2027-02-20T09:00:00+01:00"}


async def put(client: httpx.AsyncClient, who: str, **body: Any) -> dict[str, Any]:
    answer = await client.put(f"/v1/commuters/{who}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_names_are_told_once_a_car_is_agreed(context: Context, client_of: MakeClient) -> None:
    one, two = await client_of(shares_with="all"), await client_of(shares_with="all")
    await put(one, "dora", display_name="Dora")
    await put(two, "rob", display_name="Rob")
    offer, rob = await car_of_partners(context, one, (two, "rob"))
    for event in await events(context):
        assert ("Dora" in event["data"], "Rob" in event["data"]) == (event["type"] == "match.confirmed",) * 2
    for client in (one, two):
        match = await carrying(client, offer if client is one else rob)
        assert (match["driver"]["display_name"], match["riders"][0]["display_name"]) == ("Dora", "Rob")
    await put(two, "ria", display_name="Ria")
    ria = await post(two, "request", request_body(commuter_id="ria"))
    await run_batch(context)
    invited = (await carrying(two, ria))["invitation"]
    assert {rider["display_name"] for rider in invited["riders"]} == {None}
    assert "Ria" not in (await one.get(f"/v1/matches/{(await carrying(one, offer))['id']}")).text


async def test_a_consent_is_kept_until_it_is_withdrawn_and_after(partner: httpx.AsyncClient, clock: Any) -> None:
    assert (await partner.get("/v1/commuters/ada")).status_code == 404
    first = await put(partner, "ada", display_name="Ada", consent=AGREED)
    assert await put(partner, "ada", display_name="Ada", consent=AGREED) == first
    assert (first["version"], first["consent"]["withdrawn_at"], first["past_consents"]) == (1, None, [])
    clock.move(days=1)
    newer = await put(partner, "ada", consent=AGREED | {"version": "2"})
    assert (newer["display_name"], newer["consent"]["version"], len(newer["past_consents"])) == (None, "2", 1)
    none = await put(partner, "ada")
    assert none["consent"] is None
    assert [one["withdrawn_at"] for one in none["past_consents"]] == ["2027-03-02T05:00:00Z"] * 2
    stale = await partner.put("/v1/commuters/ada", json={}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await partner.get("/v1/commuters/ada")).json() == none


async def test_what_is_no_name_or_consent_is_refused(partner: httpx.AsyncClient) -> None:
    for body in (
        {"display_name": ""},
        {"display_name": "x" * 81},
        {"consent": {}},
        {"age": 3},
        {"display_name": "a\x00b"},
    ):
        assert (await partner.put("/v1/commuters/ada", json=body)).status_code == 422, body
