"""What the demo counts is what its definitions say, down to the person who is a passenger anyway."""

from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from matching.model import Place
from matching.travel import Crowfly
from service.demo.demand import Commuter, draw_commuters
from service.demo.figures import Figures, Morning, figures_of
from service.demo.receiver import Received
from service.demo.report import headline, table_of
from tests.demo.answers import MATCHES, OFFERS, REQUESTS, Json

TRAVEL = Crowfly()
BATCH: Json = {"gap": 0.00123, "bound_scope": "complete", "offers": 4, "requests": 4, "matches": 2, "riders": 3}


def person(id_: str, role: str, *, drives_today: bool = True) -> Commuter:
    return replace(draw_commuters(1, "toronto", 1, date(2026, 11, 25))[0], id=id_, role=role, drives_today=drives_today)


def own_trips(trips: list[Json]) -> list[Json]:
    """Give the flexible commuter's two trips one person, as the demo posts them."""
    return [trip | {"commuter_id": "c-flexible"} if trip["either"] else trip for trip in trips]


@pytest.fixture
def morning() -> Morning:
    drivers = [person(f"c-off_{letter}", "driver") for letter in "abc"]
    riders = [person("c-req_a", "rider"), person("c-req_b", "rider", drives_today=False), person("c-req_c", "rider")]
    return Morning(
        city="toronto", day=date(2026, 11, 25), commuters=[*drivers, *riders, person("c-flexible", "flexible")],
        offers=own_trips(OFFERS), requests=own_trips(REQUESTS), batches=[BATCH], matches=MATCHES,
        events=[{"id": f"evt_{n}"} for n in range(7)], seconds={"start": 2.0, "post": 3.5},
        received=Received(deliveries=8, verified=8, duplicates=1, ids={f"evt_{n}" for n in range(7)}),
    )  # fmt: skip


@pytest.fixture
def figures(morning: Morning) -> Figures:
    return figures_of(morning, TRAVEL)


def own_way_m(request: Json) -> float:
    return TRAVEL.metres(*(Place(request[end]["lat"], request[end]["lon"]) for end in ("origin", "destination")))


def test_riders_are_counted_against_those_who_asked(figures):
    assert (figures.riders_served, figures.riders_asked) == (3, 4)


def test_who_drives_others_did_not_go_without_a_ride(morning):
    """A flexible commuter whose offer is matched is a driver, not an unserved rider."""
    car = MATCHES[0] | {"offer_id": "off_f"}
    driving = replace(morning, matches=[car])
    assert figures_of(driving, TRAVEL).riders_asked == 3


def test_only_riders_who_would_drive_leave_a_car_at_home(figures):
    assert figures.cars_off_road == 2


def test_a_passenger_of_today_saves_no_driving(figures):
    passenger_m = own_way_m(REQUESTS[1])
    assert passenger_m > 10_000
    assert figures.saved_m == round(58_000 - passenger_m)
    assert figures.co2_saved_g == round(11_600 - passenger_m / 1000 * 210)


def test_detour_and_gap_are_of_the_matches_and_the_first_batch(figures):
    assert (figures.mean_detour_s, figures.gap, figures.bound_scope) == (360, 0.00123, "complete")


def test_a_morning_without_matches_has_figures_too(morning):
    nothing = figures_of(replace(morning, matches=[]), TRAVEL)
    assert (nothing.riders_served, nothing.cars_off_road, nothing.saved_m, nothing.mean_detour_s) == (0, 0, 0, 0)


def test_the_table_shows_every_figure(morning, figures):
    console = Console(width=160)
    with console.capture() as shown:
        console.print(table_of(morning, figures))
    text = shown.get()
    for expected in (
        "Wednesday 25 November 2026", "3 (75%)", "of 4 who asked", "1.50 riders a car", "Cars off the road", "0.12%",
        "6.0 min", "Batch 1", "2 matches", "for 7 events", "1 repeated, 0 refused", "5.5 s", "post 3.5 s",
    ):  # fmt: skip
        assert expected in text, expected


def test_the_headline_names_the_share_and_the_bound(figures):
    shown = {figure.name: (figure.value, figure.note) for figure in headline(figures)}
    assert shown["Riders served"] == ("3", "75% of 4 who asked")
    assert shown["Cars off the road"][0] == "2"
    assert shown["Gap to the bound"][0] == "0.12%"
