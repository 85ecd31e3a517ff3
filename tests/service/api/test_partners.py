"""Partners and keys over HTTP, for operators, and who administered what."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.api.app import create_app
from service.model.partners import SCOPES
from service.store import partners as store_partners
from service.usecases import markets, partners
from service.usecases.context import Context
from service.usecases.markets import MarketChange
from tests.conftest import FakeClock
from tests.factories import offer_body
from tests.service.api.conftest import MakeClient

pytestmark = pytest.mark.anyio


async def made(operator: httpx.AsyncClient, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await operator.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert (await operator.get(answer.headers["location"])).status_code == 200
    return answer.json()


async def status_of(context: Context, key: str) -> int:
    transport = httpx.ASGITransport(create_app(context))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.get("/v1/offers", headers={"Authorization": f"Bearer {key}"})).status_code


async def test_an_operator_makes_a_partner_and_its_key_and_ends_it(
    context: Context, operator: httpx.AsyncClient, clock: FakeClock
) -> None:
    partner = await made(operator, "/v1/partners", {"name": "acme", "origins": ["https://app.acme.example"]})
    assert (partner["shares_with"], partner["version"]) == ("own", 1)
    keys = f"/v1/partners/{partner['id']}/keys"
    key = await made(operator, keys, {"scopes": ["trips:read"]})
    assert (key["last_used_at"], key["expires_at"]) == (None, None)
    assert await status_of(context, key["key"]) == 200
    (listed,) = (await operator.get(keys)).json()["items"]
    assert listed == {**{n: v for n, v in key.items() if n != "key"}, "last_used_at": "2027-03-01T05:00:00Z"}
    rotated = await made(operator, f"{keys}/{key['id']}/rotate", {"overlap_s": 60})
    assert (rotated["scopes"], await status_of(context, rotated["key"])) == (["trips:read"], 200)
    assert await status_of(context, key["key"]) == 200
    clock.move(seconds=60)
    assert await status_of(context, key["key"]) == 401
    ended = await operator.delete(f"{keys}/{rotated['id']}")
    assert ended.json()["revoked_at"] == "2027-03-01T05:01:00Z"
    assert await status_of(context, rotated["key"]) == 401
    again = await operator.post(f"{keys}/{rotated['id']}/rotate", json={})
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "wrong-state")
    assert "is revoked" in again.json()["detail"]
    assert "is ended" in (await operator.post(f"{keys}/{key['id']}/rotate", json={})).json()["detail"]
    for path in (f"{keys}/key_{'0' * 26}", f"/v1/partners/par_{'0' * 26}/keys/{key['id']}"):
        assert (await operator.delete(path)).status_code == 404


async def test_a_test_key_administers_nothing_whatever_its_scopes(client_of: MakeClient) -> None:
    client = await client_of(*SCOPES, sandbox=True)
    paths = (await client.get("/openapi.json")).json()["paths"]
    tried = 0
    for path in (path for path in paths if path.startswith(("/v1/partners", "/v1/audit"))):
        for method in paths[path]:
            named = path.format(partner_id=client.partner_id, key_id=f"key_{'0' * 26}")
            answer = await client.request(method, named, json=None if method in ("get", "delete") else {})
            assert (answer.status_code, "a live key" in answer.text) == (403, True), (method, path)
            tried += 1
    assert tried >= 9
    assert (await client.get("/v1/batches")).status_code == 200


async def test_a_key_ends_when_it_was_said_to(context: Context, operator: httpx.AsyncClient, clock: FakeClock) -> None:
    partner = await partners.create_partner(context, "acme")
    keys = f"/v1/partners/{partner.id}/keys"
    key = await made(operator, keys, {"expires_at": "2027-03-01T06:00:00+00:00"})
    clock.move(minutes=59)
    assert await status_of(context, key["key"]) == 200
    clock.move(minutes=1)
    assert await status_of(context, key["key"]) == 401
    over = await operator.post(keys, json={"expires_at": "2027-03-01T06:00:00+00:00"})
    assert (over.status_code, over.json()["errors"][0]["pointer"]) == (422, "/expires_at")


async def test_a_repeated_call_makes_one_partner_and_one_key(operator: httpx.AsyncClient) -> None:
    async def twice(path: str, body: dict[str, Any]) -> dict[str, Any]:
        first, again = [await operator.post(path, json=body, headers={"Idempotency-Key": path}) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
        assert again.headers["location"] == first.headers["location"]
        other = await operator.post(path, json={**body, "name": "x", "overlap_s": 1}, headers={"Idempotency-Key": path})
        assert other.status_code == 422
        return first.json()

    before = len((await operator.get("/v1/partners")).json()["items"])
    partner = await twice("/v1/partners", {"name": "acme"})
    assert len((await operator.get("/v1/partners")).json()["items"]) == before + 1
    keys = f"/v1/partners/{partner['id']}/keys"
    key = await twice(keys, {})
    await twice(f"{keys}/{key['id']}/rotate", {})
    assert len((await operator.get(keys)).json()["items"]) == 2


async def test_a_partner_is_changed_by_who_read_it_last(operator: httpx.AsyncClient) -> None:
    partner = await made(operator, "/v1/partners", {"name": "acme"})
    path = f"/v1/partners/{partner['id']}"
    changed = await operator.patch(path, json={"shares_with": "all"}, headers={"If-Match": '"1"'})
    assert (changed.json()["shares_with"], changed.json()["name"], changed.headers["etag"]) == ("all", "acme", '"2"')
    assert (await operator.patch(path, json={"name": "b"}, headers={"If-Match": '"1"'})).status_code == 412
    assert (await operator.patch(path, json={"shares_with": "all"})).headers["etag"] == '"2"'
    assert (await operator.get(path)).json() == changed.json()
    faulty = {"name": "\n", "shares_with": "everybody", "origins": ["https://app.example/path"]}
    refused = await operator.patch(path, json=faulty)
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {"/name", "/shares_with", "/origins"}


async def test_partners_are_paged_newest_first(operator: httpx.AsyncClient) -> None:
    ids = [(await made(operator, "/v1/partners", {"name": name}))["id"] for name in "abc"]
    first = (await operator.get("/v1/partners", params={"limit": 2})).json()
    rest = (await operator.get("/v1/partners", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["id"] for one in first["items"] + rest["items"]][:3] == ids[::-1]


async def test_every_act_is_noted_with_who_did_it_in_pages_without_a_gap(
    context: Context, operator: httpx.AsyncClient, clock: FakeClock
) -> None:
    (me,) = await partners.list_keys(context, operator.partner_id)  # type: ignore[attr-defined]
    partner = await made(operator, "/v1/partners", {"name": "acme"})
    key = await made(operator, f"/v1/partners/{partner['id']}/keys", {})
    await operator.patch(f"/v1/partners/{partner['id']}", json={"name": "Acme"})
    clock.move(seconds=1)
    await operator.delete(f"/v1/partners/{partner['id']}/keys/{key['id']}")
    await markets.update_market(context, "main", MarketChange(fallback={"label": "taxi"}))
    everything = (await operator.get("/v1/audit")).json()["items"]
    assert [act["what"] for act in everything if act["by"] == me.id] == [
        "key.revoke", "partner.update", "key.create", "partner.create",
    ]  # fmt: skip
    assert ("market.update", "main", "service") in [(act["what"], act["target"], act["by"]) for act in everything]
    paged, cursor = [], None
    for _ in range(len(everything)):
        page = (await operator.get("/v1/audit", params={"limit": 1, **({"cursor": cursor} if cursor else {})})).json()
        paged, cursor = paged + page["items"], page["next_cursor"]
    assert (paged, cursor) == (everything, None)
    own = (await operator.get("/v1/audit", params={"partner": partner["id"]})).json()["items"]
    assert {act["target"] for act in own} == {partner["id"], key["id"]}
    later = (await operator.get("/v1/audit", params={"since": "2027-03-01T05:00:01+00:00"})).json()["items"]
    assert "partner.create" not in [act["what"] for act in later]
    assert key["key"] not in str(everything)


async def test_a_refused_act_is_not_noted(operator: httpx.AsyncClient) -> None:
    partner = await made(operator, "/v1/partners", {"name": "acme"})
    path = f"/v1/partners/{partner['id']}"
    await operator.patch(path, json={"name": "b"}, headers={"If-Match": '"7"'})
    await operator.patch(path, json={"name": "acme"})
    assert len((await operator.get("/v1/audit", params={"partner": partner["id"]})).json()["items"]) == 1


async def test_ended_keys_make_room_and_others_are_never_dropped(
    context: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_partners, "MOST_KEYS", 2)
    partner = await partners.create_partner(context, "acme")
    kept, ended = [await partners.create_key(context, partner.id) for _ in range(2)]
    await partners.revoke_key(context, ended.key.id)
    clock.move(days=29)
    with pytest.raises(Exception, match="make room"):
        await partners.create_key(context, partner.id)
    clock.move(days=2)
    new = await partners.create_key(context, partner.id)
    assert {key.id for key in await partners.list_keys(context, partner.id)} == {kept.key.id, new.key.id}
    assert await status_of(context, kept.text) == 200


async def test_a_use_is_noted_once_a_minute(context: Context, operator: httpx.AsyncClient, clock: FakeClock) -> None:
    async def last_used() -> str:
        context.credentials._found.clear()  # as a second passing does
        await operator.post("/v1/offers", json=offer_body())
        keys = await operator.get(f"/v1/partners/{operator.partner_id}/keys")  # type: ignore[attr-defined]
        return keys.json()["items"][0]["last_used_at"]

    assert await last_used() == "2027-03-01T05:00:00Z"
    clock.move(seconds=59)
    assert await last_used() == "2027-03-01T05:00:00Z"
    clock.move(seconds=1)
    assert await last_used() == "2027-03-01T05:01:00Z"
