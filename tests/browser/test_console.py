"""The operator's page in a real browser: figures and a map of a batch, and nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.chromium import Page, browsing
from tests.chaos.soundness import key_of
from tests.factories import offer_body, request_body, tomorrow
from tests.serving import Service, serving
from tests.waiting import until

pytestmark = pytest.mark.slow
CHOOSE = "(($) => {{ $.value = {1}; $.dispatchEvent(new Event('change')) }})(document.getElementById('{0}'))"
NOWHERE_NEAR = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}


def text(page: Page, name: str) -> str:
    return str(page.run(f"document.getElementById('{name}').textContent"))


def is_seen(page: Page, name: str) -> bool:
    return bool(page.run(f"document.getElementById('{name}').checkVisibility()"))


def enter(page: Page, service: Service, client: httpx.Client, width: int = 390) -> None:
    """Open the page and give it a client's key."""
    page.open(f"{service.url}/console", width)
    press = "document.querySelector('#enter button').click()"
    page.run(f"document.getElementById('key').value = {json.dumps(key_of(client))}; {press}")


def look_at_figures(page: Page, service: Service, operator: httpx.Client, width: int = 390) -> None:
    enter(page, service, operator, width)
    until(lambda: "Gap" in text(page, "figures"), "figures")


def post_a_pair(partner: httpx.Client, number: int) -> None:
    """Post a driver and a rider who fit, each time other people, and wait for their car."""
    for path, body in (("offers", offer_body()), ("requests", request_body())):
        person = tomorrow(body) | {"commuter_id": f"{path}-{number}"}
        assert partner.post(f"/v1/{path}", json=person).status_code == 201
    until(lambda: len(partner.get("/v1/matches").json()["items"]) == number, "a match", 120)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path / "data", batch_interval_s=1) as service:
        yield service


@pytest.mark.parametrize("width", [390, 1280])
def test_an_operator_sees_the_newest_batch_and_draws_it(tmp_path: Path, service: Service, width: int) -> None:
    with browsing(tmp_path) as page:
        partner, operator = service.partner()
        post_a_pair(partner, 1)
        look_at_figures(page, service, operator, width)
        assert "completed" in text(page, "state")
        assert not is_seen(page, "enter")
        assert page.run("document.getElementById('key').value") == ""
        page.run("document.getElementById('draw').click()")
        until(lambda: page.run("document.querySelectorAll('#map polyline').length"), "a car on the map", 60)
        assert page.run("document.querySelectorAll('#map circle').length") == 2
        assert " km" in text(page, "map")  # how far is how far
        assert "1 car, 1 rider, 0 trips without a car" in text(page, "drawn")
        assert page.run("document.documentElement.scrollWidth") <= width
        loaded = page.run("performance.getEntriesByType('resource').map((entry) => entry.name)")
        assert all(url.startswith(service.url) for url in loaded)
        assert text(page, "wrong") == ""
        assert page.faults == []


def test_an_earlier_batch_can_be_looked_at_and_drawn(tmp_path: Path, service: Service) -> None:
    with browsing(tmp_path) as page:
        partner, operator = service.partner()
        post_a_pair(partner, 1)
        post_a_pair(partner, 2)
        with_a_car = [one["id"] for one in operator.get("/v1/batches").json()["items"] if one["matches"]]
        enter(page, service, operator)
        until(lambda: "1 car, 1 rider" in text(page, "batch"), "batches to choose from")
        assert "newest completed" in text(page, "draw")
        page.run(CHOOSE.format("batch", json.dumps(with_a_car[-1])))
        assert with_a_car[-1] in text(page, "state")
        page.run("document.getElementById('draw').click()")
        until(lambda: f"Drawn: {with_a_car[-1]} " in text(page, "drawn"), "that batch's map", 60)


def test_a_market_without_a_batch_has_nothing_to_draw_and_no_map_of_another_one(
    tmp_path: Path, service: Service
) -> None:
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps(NOWHERE_NEAR))
    service.command("markets", "create", "far", "--area", str(area), "--timezone", "UTC")
    with browsing(tmp_path) as page:
        partner, operator = service.partner()
        post_a_pair(partner, 1)
        look_at_figures(page, service, operator)
        page.run("document.getElementById('draw').click()")
        until(lambda: "Drawn: " in text(page, "drawn"), "a map", 60)
        page.run(CHOOSE.format("market", json.dumps("far")))
        until(lambda: text(page, "state") == "No batch has run here yet.", "the other market")
        assert text(page, "drawn") == "There is no completed batch to draw."
        assert page.run("document.getElementById('draw').disabled")
        assert not is_seen(page, "map")
        assert text(page, "figures") == ""


def test_a_key_that_ends_meanwhile_shows_nothing_any_more(tmp_path: Path, service: Service) -> None:
    with browsing(tmp_path) as page:
        partner, operator = service.partner()
        post_a_pair(partner, 1)
        look_at_figures(page, service, operator)
        partners = service.command("partners", "list")
        keys = service.command("keys", "list", partners[0]["id"])
        (own,) = [key["id"] for key in keys if key_of(operator).startswith(key["prefix"])]
        service.command("keys", "revoke", own)
        until(lambda: "revoked" in text(page, "wrong"), "a word on the key")
        assert is_seen(page, "enter")
        assert not is_seen(page, "looking")
        assert text(page, "figures") == ""


def test_a_service_that_is_away_is_told_and_found_again(tmp_path: Path, service: Service) -> None:
    with browsing(tmp_path) as page:
        partner, operator = service.partner()
        post_a_pair(partner, 1)
        look_at_figures(page, service, operator)
        service.stop()
        until(lambda: "does not answer" in text(page, "wrong"), "a word on the service", 30)
        assert is_seen(page, "figures")
        port = service.url.rpartition(":")[2]
        with serving(service.data_dir, batch_interval_s=1, port=port):
            until(lambda: text(page, "wrong") == "", "the service again", 30)


def test_a_partners_key_is_told_that_it_shows_nothing(tmp_path: Path, service: Service) -> None:
    with browsing(tmp_path) as page:
        partner, _ = service.partner()
        enter(page, service, partner)
        until(lambda: text(page, "wrong"), "a word on what is wrong")
        assert text(page, "figures") == ""
        assert not is_seen(page, "looking")
