"""The pairs that the index of space and time finds, against trying each offer with each request."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import Crowfly, Instance, MeetingPoint, Offer, Place, Request
from matching.candidates import feasible_pairs
from matching.tables import build_tables
from tests.matching.brute import least_driving, may_ride
from tests.matching.drawing import edges_of_the_map, instances
from tests.matching.streets import along_streets

SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def tried(instance: Instance) -> list[tuple[str, str, int, int]]:
    """Each offer with each request that it can carry alone, the least extra driving of that, and the pair's bonus."""
    pairs = []
    for offer in instance.offers:
        direct = instance.travel.seconds(offer.origin, offer.destination)
        for rider in instance.requests:
            least = least_driving(instance, offer, [rider]) if may_ride(instance, offer, rider) else {}
            if least:
                bonus = instance.bonuses.get((offer.id, rider.id), 0)
                pairs.append((offer.id, rider.id, least[1] - direct, bonus))
    return sorted(pairs)


def found(instance: Instance) -> list[tuple[str, str, int, int]]:
    """The same from the index, whose rows stand in the order that it promises."""
    pairs = feasible_pairs(build_tables(instance))
    listed = []
    for o, offer in enumerate(instance.offers):
        rows = pairs.rows[pairs.ptr[o] : pairs.ptr[o + 1]].tolist()
        assert [row[2] for row in rows] == sorted(row[2] for row in rows)
        assert all(row[0] == o for row in rows)
        listed += [(offer.id, instance.requests[r].id, extra, bonus) for _, r, extra, bonus in rows]
    assert len(listed) == len(pairs.rows)
    return sorted(listed)


@settings(SETTINGS, max_examples=60)
@given(instances(offers=6, requests=10))
def test_pairs_are_exactly_those_that_keep_the_rules_alone(instance: Instance) -> None:
    assert found(instance) == tried(instance)


@settings(SETTINGS, max_examples=60)
@given(instances(offers=6, requests=10, patient=True), st.integers(0, 2**32))
def test_pairs_by_another_travel_model_are_exact_through_its_lower_bound(instance: Instance, seed: int) -> None:
    streets = along_streets(instance, seed)
    assert found(streets) == tried(streets)


@settings(SETTINGS, max_examples=60)
@given(
    instances(offers=6, requests=10, anywhere=edges_of_the_map(), patient=True),
    st.sampled_from([35.0, 1_000.0, 30_000.0]),
)
def test_pairs_are_exact_over_the_date_line_at_the_poles_and_far_apart(instance: Instance, speed_kmh: float) -> None:
    instance = replace(instance, travel=Crowfly(speed_kmh=speed_kmh))
    assert found(instance) == tried(instance)


def test_rider_is_met_over_the_date_line_and_over_the_pole() -> None:
    west, east = Place(lat=0.0, lon=179.99), Place(lat=0.0, lon=-179.99)
    here, there = Place(lat=89.99, lon=0.0), Place(lat=89.99, lon=180.0)
    instance = Instance(
        offers=(
            Offer("o0", west, east, 0, 1800, seats=1, max_detour_s=300),
            Offer("o1", here, there, 0, 1800, seats=1, max_detour_s=300),
        ),
        requests=(Request("r0", west, east, 0, 1800), Request("r1", here, there, 0, 1800)),
    )
    assert found(instance) == [("o0", "r0", 0, 0), ("o1", "r1", 0, 0)]


def test_rider_who_is_out_of_reach_at_home_is_met_where_they_walk() -> None:
    home, corner, work = Place(lat=52.30, lon=4.80), Place(lat=52.31, lon=4.80), Place(lat=52.40, lon=4.80)
    offer = Offer("o", corner, work, 0, 7200, seats=1, max_detour_s=120)
    rider = Request("r", home, work, 0, 7200)
    instance = Instance((offer,), (rider,), meeting_points=(MeetingPoint("m", corner),))
    assert found(instance) == []
    assert found(replace(instance, requests=(replace(rider, max_walk_m=1500),))) == [("o", "r", 0, 0)]
