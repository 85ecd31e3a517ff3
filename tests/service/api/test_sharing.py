"""A link shows one person's part of a ride to whoever has it, until the ride ends or the link is taken back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import answer, carrying, confirm, post, shared_car

pytestmark = pytest.mark.anyio
HOSTILE = "<script>alert('x')</script>"


async def share(client: httpx.AsyncClient, match: dict[str, Any], trip: dict[str, Any]) -> str:
    made = await client.post(f"/v1/matches/{match['id']}/share", json={"trip_id": trip["id"]})
    assert made.status_code == 200, made.text
    return made.json()["path"]


async def opened(client: httpx.AsyncClient, path: str, language: str = "en") -> httpx.Response:
    return await client.get(path, headers={"Authorization": "", "Accept-Language": language})


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)


async def test_a_link_shows_who_drives_and_ones_own_stops_and_nothing_of_others(
    context: Context, partner: httpx.AsyncClient
) -> None:
    for who, name in (("dora", HOSTILE), ("rob", "Rob"), ("ria", "Ria")):
        await partner.put(f"/v1/commuters/{who}", json={"display_name": name})
    offer, rob, ria = await shared_car(context, partner, "rob", "ria")
    match = await carrying(partner, offer)
    path = await share(partner, match, rob)
    assert await share(partner, match, rob) == path
    page = await opened(partner, path)
    assert page.status_code == 200
    assert HOSTILE not in page.text
    assert "&lt;script&gt;" in page.text
    assert "Rob" in page.text
    own = [stop for stop in match["stops"] if stop["request_id"] == rob["id"]]
    assert all(f"geo:{stop['lat']:.5f},{stop['lon']:.5f}" in page.text for stop in own)
    for kept_back in ("Ria", ria["id"], "dora", "52.30000", "52.37000"):
        assert kept_back not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert Tags(page.text).tags.isdisjoint({"script", "style", "img", "iframe", "form"})
    assert (page.headers["x-robots-tag"], page.headers["cache-control"]) == ("noindex, nofollow", "no-store")
    dutch = await opened(partner, path, "de;q=1, nl-NL;q=0.9, en;q=0.2")
    assert '<html lang="nl">' in dutch.text
    assert "Bestuurder" in dutch.text
    assert (await partner.get("/static/share.css")).status_code == 200


async def test_it_shows_the_car_under_way_and_ends_with_the_ride(context: Context, partner: httpx.AsyncClient) -> None:
    offer, rob = await shared_car(context, partner, "rob")
    match = await carrying(partner, offer)
    path = await share(partner, match, rob)
    await answer(partner, match, "start", offer)
    assert "has not told" in (await opened(partner, path)).text
    where = {"lat": 52.333331, "lon": 4.877771, "at": "2027-03-01T05:00:00Z"}
    assert (await partner.post(f"/v1/matches/{match['id']}/position", json=where)).status_code == 200
    assert "geo:52.33333,4.87777" in (await opened(partner, path)).text
    for verb in ("pickup", "dropoff"):
        await answer(partner, match, verb, rob)
        assert (await opened(partner, path)).status_code == (200 if verb == "pickup" else 404)
    late = await partner.post(f"/v1/matches/{match['id']}/share", json={"trip_id": rob["id"]})
    assert (await opened(partner, (late.json()["path"]))).status_code == 404
    await answer(partner, match, "complete", offer)
    late = await partner.post(f"/v1/matches/{match['id']}/share", json={"trip_id": offer["id"]})
    assert late.status_code == 409


async def test_a_link_that_is_taken_back_forged_or_late_shows_the_same_page(
    context: Context, partner: httpx.AsyncClient, client_of: MakeClient, clock: Any
) -> None:
    offer, rob = await shared_car(context, partner, "rob")
    match = await carrying(partner, offer)
    path, other = await share(partner, match, rob), await share(partner, match, offer)
    assert (await partner.delete(f"/v1/matches/{match['id']}/share/{rob['id']}")).status_code == 204
    text, _, signature = path.partition(".")
    tried = [path, f"{text}.{signature[:-2]}AA", text, "/share/x.y", f"{other}x", "/share/%C3%A9.%C3%A9"]
    pages = [await opened(partner, one) for one in tried]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    again = await share(partner, match, rob)
    assert again != path
    clock.move(hours=12)
    assert (await opened(partner, again)).status_code == 404
    stranger = await client_of()
    assert (await stranger.post(f"/v1/matches/{match['id']}/share", json={"trip_id": rob["id"]})).status_code == 404


async def test_a_sandboxs_ride_is_shared_too(context: Context, client_of: MakeClient) -> None:
    test = await client_of(sandbox=True)
    offer = await post(test, "offer", offer_body(vehicle={"label": "green van", "plate": "QX-417-B"}))
    rob = await post(test, "request", request_body())
    await run_batch(context, market=f"sandbox-{test.partner_id}")  # type: ignore[attr-defined]
    await confirm(test, offer, rob)
    page = (await opened(test, await share(test, await carrying(test, offer), rob))).text
    assert "green van" in page
    assert "QX-417-B" in page
