"""The operator's page in a real browser: figures and a map of a batch, and nothing from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser.chromium import browsing
from tests.factories import offer_body, request_body, tomorrow
from tests.serving import serving
from tests.waiting import until

pytestmark = pytest.mark.slow
ENTER = "document.getElementById('key').value = {}; document.querySelector('#enter button').click()"


@pytest.mark.parametrize("width", [390, 1280])
def test_an_operator_sees_the_newest_batch_and_draws_it(tmp_path: Path, width: int) -> None:
    with serving(tmp_path / "data", batch_interval_s=1) as service, browsing(tmp_path) as page:
        partner, operator = service.partner()
        for path, body in (("offers", offer_body()), ("requests", request_body())):
            assert partner.post(f"/v1/{path}", json=tomorrow(body)).status_code == 201
        until(lambda: partner.get("/v1/matches").json()["items"], "a match", 120)
        page.open(f"{service.url}/console", width)
        page.run(ENTER.format(json.dumps(operator.headers["Authorization"].removeprefix("Bearer "))))
        until(lambda: "Gap" in page.run("document.getElementById('figures').textContent"), "figures")
        assert "completed" in page.run("document.getElementById('state').textContent")
        page.run("document.getElementById('draw').click()")
        until(lambda: page.run("document.querySelectorAll('#map polyline').length"), "a car on the map", 60)
        assert page.run("document.querySelectorAll('#map circle').length") == 2
        assert page.run("document.documentElement.scrollWidth") <= width
        loaded = page.run("performance.getEntriesByType('resource').map((entry) => entry.name)")
        assert all(url.startswith(service.url) for url in loaded)
        assert page.run("document.getElementById('wrong').textContent") == ""
        assert page.faults == []


def test_a_partners_key_is_told_that_it_shows_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service, browsing(tmp_path) as page:
        partner, _ = service.partner()
        page.open(f"{service.url}/console", 390)
        page.run(ENTER.format(json.dumps(partner.headers["Authorization"].removeprefix("Bearer "))))
        until(lambda: page.run("document.getElementById('wrong').textContent"), "a word on what is wrong")
        assert page.run("document.querySelectorAll('#figures dd').length") == 0
