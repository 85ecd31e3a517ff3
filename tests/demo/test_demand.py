"""The demo's commuters are plausible, of the survey, and the same whenever the seed is."""

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from matching.model import Place
from matching.travel import great_circle_m
from service.clock import monotonic_s
from service.demo.cities import CITIES
from service.demo.demand import Commuter, draw_commuters, next_working_day
from service.demo.flows import load_flows

DAY = date(2026, 11, 25)
DIRECT_S_PER_M = 1.3 / (35 / 3.6)


@pytest.fixture(params=["toronto", "amsterdam"])
def city(request):
    return request.param


def apart_m(commuter: Commuter) -> float:
    return great_circle_m(*(Place(end["lat"], end["lon"]) for end in (commuter.origin, commuter.destination)))


def window_s(commuter: Commuter) -> float:
    start, end = (datetime.fromisoformat(at) for at in (commuter.earliest_departure, commuter.latest_arrival))
    return (end - start).total_seconds()


def test_the_same_seed_draws_the_same_people(city):
    assert draw_commuters(300, city, 7, DAY) == draw_commuters(300, city, 7, DAY)
    assert draw_commuters(300, city, 7, DAY) != draw_commuters(300, city, 8, DAY)


def test_nobody_lives_within_two_kilometres_of_work(city):
    assert min(apart_m(commuter) for commuter in draw_commuters(1000, city, 3, DAY)) >= 2000


def test_every_window_has_room_for_the_direct_drive_and_a_quarter_of_an_hour(city):
    for commuter in draw_commuters(2000, city, 5, DAY):
        assert window_s(commuter) >= apart_m(commuter) * DIRECT_S_PER_M + 900 - 1


def test_times_are_of_the_day_at_the_citys_own_offset(city):
    zone = ZoneInfo(CITIES[city].timezone)
    for day in (date(2026, 11, 25), date(2027, 6, 2)):
        for commuter in draw_commuters(200, city, 1, day):
            leaves = datetime.fromisoformat(commuter.earliest_departure)
            assert leaves.date() == day
            assert leaves.utcoffset() == leaves.astimezone(zone).utcoffset()


def test_people_leave_around_eight(city):
    leaves = [datetime.fromisoformat(c.earliest_departure) for c in draw_commuters(2000, city, 1, DAY)]
    hours = sorted(at.hour + at.minute / 60 for at in leaves)
    assert 7.25 < hours[1000] < 8.25
    assert hours[100] > 5
    assert hours[1900] < 10


def test_flexible_commuters_say_either_and_others_do_not(city):
    commuters = draw_commuters(1000, city, 1, DAY)
    roles = Counter(commuter.role for commuter in commuters)
    assert roles.keys() == {"driver", "rider", "flexible"}
    for commuter in commuters:
        assert (commuter.offers and commuter.asks) == (commuter.role == "flexible")
        assert (commuter.as_offer().get("either") == commuter.id) == (commuter.role == "flexible")
        assert commuter.as_offer().get("either") == commuter.as_request().get("either")


def test_bodies_hold_what_the_contract_names_and_no_more():
    commuter = draw_commuters(1, "toronto", 1, DAY)[0]
    trip = {"commuter_id", "origin", "destination", "earliest_departure", "latest_arrival", "traits", "requires"}
    assert commuter.as_offer().keys() - {"either"} == trip | {"seats", "max_detour_s", "vehicle"}
    assert commuter.as_request().keys() - {"either"} == trip | {"seats", "max_ride_s"}
    assert 1 <= commuter.as_offer()["seats"] <= 8
    assert commuter.as_offer()["vehicle"].keys() == {"co2_g_per_km"}


def test_nobody_requires_what_they_have_not_themselves(city):
    for commuter in draw_commuters(1000, city, 2, DAY):
        assert set(commuter.requires) <= set(commuter.traits)


def test_toronto_draws_follow_the_surveyed_flows():
    """Of 20,000 people, each large town's share of homes is within a fifth of its share in the survey."""
    flows = load_flows("toronto")
    share = np.diff(flows.up_to, prepend=0)
    surveyed: Counter[str] = Counter()
    for label, weight in zip(np.array(flows.label)[flows.origin], share, strict=True):
        surveyed[label] += weight
    drawn = Counter(commuter.origin["label"] for commuter in draw_commuters(20_000, "toronto", 1, DAY))
    for town, expected in surveyed.most_common(8):
        # Short ways are drawn again, so towns that people leave for far away come up a little more often.
        assert drawn[town] / 20_000 == pytest.approx(expected, rel=0.2), town


def test_riders_who_would_not_drive_come_from_the_surveyed_share():
    commuters = draw_commuters(20_000, "toronto", 1, DAY)
    riders = [commuter for commuter in commuters if commuter.role == "rider"]
    passengers = 152_478 / (152_478 + 2_112_966)
    assert sum(not rider.drives_today for rider in riders) / len(riders) == pytest.approx(passengers, rel=0.15)
    assert all(commuter.drives_today for commuter in commuters if commuter.offers)


def test_the_next_working_day_is_the_citys_own():
    late_in_toronto = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert next_working_day(late_in_toronto, "toronto") == date(2026, 11, 24)
    assert next_working_day(late_in_toronto, "amsterdam") == date(2026, 11, 25)


@pytest.mark.parametrize("day_of_month", [27, 28, 29])
def test_a_weekend_is_skipped(day_of_month):
    now = datetime(2026, 11, day_of_month, 12, tzinfo=UTC)
    assert next_working_day(now, "amsterdam") == date(2026, 11, 30)


def test_drawing_two_thousand_is_quick(city):
    load_flows(city)
    best = min(_elapsed_s(lambda: draw_commuters(2000, city, 1, DAY)) for _ in range(5))
    assert best < 0.5


def _elapsed_s(work) -> float:
    start = monotonic_s()
    work()
    return monotonic_s() - start
