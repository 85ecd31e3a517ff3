"""The map stands alone in its file, says what it was given, and runs nothing that is not its own."""

import base64
import hashlib
import html
import json
import re
import subprocess
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from service.demo.map_page import DemoPicture, Figure, render_map
from tests.browser.chromium import chromium
from tests.demo.answers import MATCHES, OFFERS, REQUESTS

HOSTILE = "</script><img src=x onerror=\"document.title='broken in'\"><!-- & ' \""
PICTURE = DemoPicture(
    city="toronto", title="A morning around Toronto", subtitle="Wednesday 25 November 2026",
    figures=(Figure("Riders served", "3", "75 % of 4 who asked"), Figure("CO₂ saved", "11.6 kg")),
    matches=MATCHES, offers=OFFERS, requests=REQUESTS,
)  # fmt: skip
EMPTY_ELEMENTS = {"meta", "input", "br", "path", "circle", "link", "img"}


class Reader(HTMLParser):
    """Collects tags, attributes and faults of nesting."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture(scope="module")
def page():
    return render_map(PICTURE)


def data(page: str) -> dict:
    return json.loads(written_data(page))


def written_data(page: str) -> str:
    return re.search(r'<script type="application/json" id="picture">(.*?)</script>', page, re.DOTALL)[1]


def test_every_element_is_closed_in_order(page):
    reader = Reader(page)
    assert not reader.faults
    assert not reader.open
    assert reader.tags["h1"] == reader.tags["main"] == 1


def test_nothing_is_loaded_from_elsewhere(page):
    assert not re.search(r"(?i)https?:|//[a-z]|url\(|@import|\bimport\(|fetch\(|XMLHttp|WebSocket|sendBeacon", page)
    for tag, name, value in Reader(page).attributes:
        if name in {"src", "href", "srcset", "action", "data"}:
            assert value.startswith("#"), (tag, name, value)


def test_the_policy_lets_only_the_pages_own_script_and_style_run(page):
    policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1])
    assert policy.startswith("default-src 'none';")
    for element in ("script", "style"):
        content = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)[-1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy
    assert not [name for _, name, _ in Reader(page).attributes if name.startswith("on") or name == "style"]


def test_figures_title_and_attribution_stand_in_the_page_itself(page):
    text = re.sub(r"<[^>]+>", " ", page)
    for expected in (
        PICTURE.title,
        PICTURE.subtitle,
        "Riders served",
        "75 % of 4 who asked",
        "CO₂ saved",
        "11.6 kg",
        "TTS2016R",
    ):
        assert html.escape(expected) in text
    assert "2 cars" in text


def test_cars_have_their_stops_in_local_time_with_riders_by_order(page):
    first, second = data(page)["cars"]
    assert [stop["time"] for stop in first["stops"]] == ["07:10", "07:19", "07:55", "08:02"]
    assert [(stop["kind"], stop.get("rider")) for stop in second["stops"]] == [
        ("depart", None), ("pickup", 0), ("pickup", 1), ("dropoff", 1), ("dropoff", 0), ("arrive", None)
    ]  # fmt: skip
    assert (first["seats"], first["detour_s"], first["saved_m"], first["co2_saved_g"]) == (3, 240, 18_000, 3_600)
    assert first["stops"][1]["label"] == "43.62 north"


def test_people_without_a_car_are_shown_once_and_those_in_one_are_not(page):
    """off_f is of the flexible commuter who rides by req_f."""
    assert data(page)["unmatched"] == [
        [[4400000, -7945000], [4366000, -7938000]],
        [[4320000, -7980000], [4330000, -7990000]],
    ]


def test_a_flexible_commuter_in_no_car_is_one_person(page):
    alone = render_map(replace(PICTURE, matches=MATCHES[:1]))
    assert len(data(alone)["unmatched"]) == len(data(page)["unmatched"]) + 3


def test_hostile_text_stays_text():
    hostile = replace(
        PICTURE, title=HOSTILE, subtitle=HOSTILE, figures=[Figure(HOSTILE, HOSTILE, HOSTILE)],
        offers=[OFFERS[0] | {"origin": OFFERS[0]["origin"] | {"label": HOSTILE}}], matches=MATCHES[:1],
    )  # fmt: skip
    page = render_map(hostile)
    reader = Reader(page)
    assert not reader.faults
    assert reader.tags["img"] == 0
    assert reader.tags["script"] == 2
    assert html.escape(HOSTILE) in page
    assert not set("<>&") & set(written_data(page))
    assert data(page)["cars"][0]["stops"][0]["label"] == HOSTILE


@pytest.mark.parametrize("city", ["toronto", "amsterdam"])
def test_a_morning_without_matches_is_a_page_too(city):
    page = render_map(replace(PICTURE, city=city, matches=[], figures=[]))
    assert "0 cars" in page
    assert data(page)["cars"] == []
    assert (data(page)["area"] == []) == (city == "amsterdam")


def test_the_browser_lists_every_car_and_runs_nothing_else(tmp_path):
    hostile = replace(
        PICTURE, requests=[entry | {"destination": entry["destination"] | {"label": HOSTILE}} for entry in REQUESTS]
    )
    (tmp_path / "map.html").write_text(render_map(hostile), "utf-8")
    shown = ("--window-size=390,844", "--virtual-time-budget=3000", "--enable-logging=stderr", "--dump-dom")
    address = f"{(tmp_path / 'map.html').as_uri()}#mat_b"
    command = [*chromium(tmp_path), *shown, address]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    rows = re.search(r'<ol id="rows">(.*?)</ol>', ran.stdout, re.DOTALL)[1]
    assert rows.count("<li>") == 2
    assert "Rider B gets in" in ran.stdout
    assert f"<title>{PICTURE.title}</title>" in ran.stdout
    assert "CONSOLE" not in ran.stderr
