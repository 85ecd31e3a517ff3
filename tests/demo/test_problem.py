"""The API's answers become an instance and a plan that the matcher's own reader and referee accept."""

import json
import re
from datetime import UTC, datetime, timedelta

from matching.check import check
from matching.codec import instance_from_json, plan_from_json
from service.demo.problem import instance_from_trips, plan_from_matches
from service.settings import Settings
from tests.demo.answers import MATCHES, OFFERS, REQUESTS


def test_an_instance_holds_the_trips_as_they_were_posted():
    instance = instance_from_json(instance_from_trips(OFFERS, REQUESTS))
    assert [offer.id for offer in instance.offers] == [offer["id"] for offer in OFFERS]
    assert instance.requests[0].max_ride_s == 5400
    assert instance.offers[3].either == instance.requests[2].either == "flexible"
    assert instance.offers[0].earliest_departure == datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()


def test_settings_of_the_service_are_the_instances_own():
    instance = instance_from_trips(OFFERS, REQUESTS, Settings(speed_kmh=50, boarding_s=30, rider_value_s=1800))
    assert instance["travel"] == {"model": "crowfly", "circuity": 1.3, "speed_kmh": 50}
    assert (instance["boarding_s"], instance["rider_value_s"]) == (30, 1800)


def test_a_plan_holds_cars_stops_and_the_batchs_bound():
    batch = {"score": 10, "bound": 12, "bound_scope": "restricted", "timing_s": {}, "matches": 2}
    plan = plan_from_matches(MATCHES, batch)
    assert (plan["score"], plan["bound"], plan["bound_scope"]) == (10, 12, "restricted")
    assert plan["matches"][1]["requests"] == ["req_b", "req_f"]
    assert [stop.get("request") for stop in plan["matches"][0]["stops"]] == [None, "req_a", "req_a", None]


def test_the_referee_reads_both_and_finds_a_car_that_is_late():
    instance = instance_from_json(instance_from_trips(OFFERS[:1], REQUESTS[:1]))
    car = plan_from_matches(MATCHES[:1], {"score": 0, "bound": 10**9, "bound_scope": "restricted", "timing_s": {}})
    late = json.loads(json.dumps(car))
    for stop in late["matches"][0]["stops"]:
        stop["at"] = (datetime.fromisoformat(stop["at"]) + timedelta(hours=2)).isoformat()
    assert broken_rules(instance, late) - broken_rules(instance, car) == {"rule 3", "rule 5"}


def broken_rules(instance, plan):
    return {rule for fault in check(instance, plan_from_json(plan)) for rule in re.findall(r"rule \d", fault)}
