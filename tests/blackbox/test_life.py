"""A ride's whole life against a running service, in sandboxes whose clock the test moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.blackbox.sandboxes import Sandbox
from tests.factories import corridor, offer_body, request_body, tomorrow
from tests.serving import Service, batch_asked, batch_done, match_only_when_asked, serving
from tests.waiting import until

SETTINGS = {"batch_interval_s": 0.5, "purge_interval_s": 0.5}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("life") / "data", **SETTINGS) as running:
        yield running
        assert running.command("doctor")["wrong"] == 0


@pytest.fixture
def world(service: Service) -> Sandbox:
    return Sandbox.of_new_partner(service)


def at_once(*calls: Callable[[], httpx.Response]) -> list[int]:
    """Make calls at the same time; returns their statuses."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [answer.status_code for answer in pool.map(lambda call: call(), calls)]


def test_all_accept_at_once_and_the_match_is_confirmed_once(world: Sandbox) -> None:
    offer, request = world.pair()
    match = world.match_of(request)
    given = at_once(*(lambda trip=trip: world.act(match, "accept", trip) for trip in [offer, request] * 4))
    assert set(given) == {200}
    assert [world.read(trip)["status"] for trip in (offer, request)] == ["confirmed"] * 2
    types = world.types_of(match, "match.confirmed")
    assert (types["match.confirmed"], types["match.accepted"], types["match.proposed"]) == (1, 2, 1)


def test_an_answer_before_the_second_of_expiry_counts_and_none_in_it(world: Sandbox) -> None:
    offer, request = world.pair()
    match = world.match_of(request)
    due = datetime.fromisoformat(match["expires_at"])
    world.move(due - timedelta(seconds=60))
    assert world.act(match, "accept", offer).status_code == 200
    world.move(due)
    assert world.act(match, "accept", request).status_code == 409
    assert world.matches(match)["status"] == "expired"
    assert world.types_of(match, "match.expired")["match.expired"] == 1


def test_answers_beside_the_second_of_expiry_leave_one_truth(world: Sandbox) -> None:
    for number in range(4):
        offer, request = world.pair(number)
        match = world.match_of(request)
        due = datetime.fromisoformat(match["expires_at"])
        with ThreadPoolExecutor(3) as pool:
            answers = [pool.submit(world.act, match, "accept", trip) for trip in (offer, request)]
            pool.submit(world.move, due).result()
        codes = sorted(answer.result().status_code for answer in answers)
        ended = world.matches(match)["status"]
        assert (codes == [200, 200]) == (ended == "confirmed")
        assert ended in ("confirmed", "expired")
        types = world.types_of(match, f"match.{ended}")
        assert types["match.confirmed"] + types["match.expired"] == 1
        for trip in (offer, request):
            world.client.delete(f"/v1/{trip['kind']}s/{trip['id']}").raise_for_status()


def test_a_trip_is_cancelled_while_it_is_proposed_confirmed_and_under_way(world: Sandbox) -> None:
    offer, ann = world.pair()
    match = world.match_of(ann)
    assert world.cancel(ann).status_code == 200
    assert world.matches(match)["status"] == "cancelled"

    bob = world.post("request", request_body(commuter_id="bob"))
    world.agree(offer, bob)
    match = world.match_of(bob)
    assert world.cancel(offer).status_code == 200
    assert (world.matches(match)["status"], world.read(offer)["status"]) == ("cancelled", "cancelled")

    eve = world.post("offer", offer_body(commuter_id="eve"))
    world.agree(eve, bob)
    cas = world.post("request", request_body(commuter_id="cas"))
    world.agree(cas)
    match = world.match_of(eve)
    assert {rider["request_id"] for rider in match["riders"]} == {bob["id"], cas["id"]}
    assert world.act(match, "start", eve).status_code == 200
    assert [world.cancel(trip).status_code for trip in (eve, bob, cas)] == [409] * 3
    assert world.act(match, "pickup", bob).status_code == 200
    assert world.act(match, "cancel", eve, reason="breakdown").json()["status"] == "cancelled"
    ended = [world.read(trip)["status"] for trip in (eve, bob, cas)]
    assert ended == ["cancelled", "cancelled", "open"]  # who was aboard has no place to be matched from
    world.post("offer", offer_body(commuter_id="fay"))
    assert world.match_of(cas)["id"] != match["id"]


def test_a_shared_car_goes_on_without_who_leaves_late_and_ends_without_who_does_not_come(world: Sandbox) -> None:
    offer, ann = world.pair()
    world.agree(offer, ann)
    bob = world.post("request", request_body(commuter_id="bob"))
    world.agree(bob)
    agreed = world.match_of(offer)
    pickup = {stop["request_id"]: stop["at"] for stop in agreed["stops"] if stop["kind"] == "pickup"}
    assert world.act(agreed, "cancel", bob, reason="no_show").status_code == 409  # it is not their time yet
    world.move(datetime.fromisoformat(pickup[ann["id"]]) - timedelta(minutes=20))
    assert world.cancel(ann).status_code == 200
    goes_on = world.matches(agreed)
    assert (goes_on["status"], [rider["request_id"] for rider in goes_on["riders"]]) == ("confirmed", [bob["id"]])
    assert [(left["trip_id"], left["late"]) for left in goes_on["left"]] == [(ann["id"], True)]
    (stop,) = (stop for stop in goes_on["stops"] if (stop["kind"], stop["request_id"]) == ("pickup", bob["id"]))
    moved = datetime.fromisoformat(stop["at"]) - datetime.fromisoformat(pickup[bob["id"]])
    assert abs(moved) <= timedelta(minutes=5)
    assert world.act(agreed, "start", offer).status_code == 200
    world.move(datetime.fromisoformat(stop["at"]))
    ended = world.act(agreed, "cancel", bob, reason="no_show").json()
    assert (ended["status"], ended["reason"]) == ("cancelled", "no_show")
    assert world.read(bob)["status"] == "cancelled"
    assert world.types_of(agreed, "match.cancelled")["match.cancelled"] == 1


def test_a_ride_that_is_late_tells_everyone_and_where_the_car_is_until_it_ends(world: Sandbox) -> None:
    offer, request = world.pair()
    world.agree(offer, request)
    agreed = world.match_of(offer)
    late = world.act(agreed, "delay", offer, delay_s=120).json()
    assert (late["status"], late["reason"]) == ("confirmed", "delayed")
    assert pickup_at(late) - pickup_at(agreed) == timedelta(seconds=120)
    world.move(pickup_at(late) - timedelta(minutes=10))
    assert world.act(agreed, "start", offer).json()["status"] == "under_way"
    where = {"lat": 52.305, "lon": 4.862, "at": world.now().isoformat()}
    assert world.client.post(f"/v1/matches/{agreed['id']}/position", json=where).status_code == 200
    assert world.matches(agreed)["position"]["lat"] == where["lat"]
    for verb, trip in (("pickup", request), ("dropoff", request), ("complete", offer)):
        assert world.act(agreed, verb, trip).status_code == 200
    ended = world.matches(agreed)
    assert (ended["status"], ended["position"]) == ("completed", None)
    assert [world.read(trip)["status"] for trip in (offer, request)] == ["completed"] * 2
    types = world.types_of(agreed, "match.completed")
    assert (types["match.started"], types["match.updated"], types["match.completed"]) == (1, 3, 1)


def pickup_at(match: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(match["riders"][0]["pickup"]["at"])


def test_a_flexible_commuter_is_told_the_role_that_was_chosen(world: Sandbox) -> None:
    drives = world.post("offer", offer_body(commuter_id="flo", either="monday"))
    rides = world.post("request", request_body(commuter_id="flo", either="monday"))
    assert [world.read(trip)["role"] for trip in (drives, rides)] == [None, None]
    world.agree(drives, world.post("request", request_body()))
    assert [world.read(trip)["role"] for trip in (drives, rides)] == ["driver"] * 2
    world.post("offer", offer_body(commuter_id="pat"))
    told = world.client.get(f"/v1/requests/{rides['id']}/explanation", timeout=120).json()  # the first loads the engine
    assert told["reason"] == "either_held"


def test_one_day_of_a_series_this_and_later_and_all_are_changed(world: Sandbox) -> None:
    daily = {"recurrence": {"rrule": "FREQ=DAILY", "timezone": "UTC"}}
    series = world.post("offer", offer_body(), **daily)
    first, second, third, *_ = world.days_of(series)
    path = f"/v1/series/{series['id']}"

    def seats() -> list[int]:
        return [trip["seats"] for trip in world.days_of(series)[:4]]

    assert world.client.patch(f"/v1/offers/{second['id']}", json={"seats": 1}).status_code == 200
    assert seats() == [3, 1, 3, 3]
    later = world.client.patch(path, params={"from": third["earliest_departure"][:10]}, json={"seats": 4})
    assert later.status_code == 200, later.text
    assert seats() == [3, 1, 4, 4]
    assert world.client.patch(path, json={"max_detour_s": 300}).status_code == 200
    assert {trip["max_detour_s"] for trip in world.days_of(series)} == {300}
    assert world.client.delete(f"/v1/offers/{first['id']}").status_code == 200
    assert world.client.delete(path, params={"from": third["earliest_departure"][:10]}).status_code == 200
    assert [trip["status"] for trip in world.days_of(series)[:3]] == ["cancelled", "open", "cancelled"]


def test_what_is_due_ends_once_though_the_matcher_is_killed_meanwhile(service: Service, world: Sandbox) -> None:
    body = tomorrow(request_body())
    items = [{**body, "commuter_id": f"c{n}"} for n in range(300)]
    answer = world.client.post("/v1/requests:batch", json={"items": items}).json()
    ids = {item["id"] for item in answer["items"]}
    assert len(ids) == 300
    with ThreadPoolExecutor(1) as pool:
        moving = pool.submit(world.move, datetime.fromisoformat(body["latest_arrival"]) + timedelta(hours=1))
        until(lambda: world.client.get("/v1/requests?status=expired&limit=1").json()["items"], "some have ended")
        service.role("matcher").kill()
        moving.result()
    until(lambda: not world.client.get("/v1/requests?status=open&limit=1").json()["items"], "all have ended", 60)
    until(lambda: len(world.events()) >= 300, "all are told", 60)
    until(service.ready, "a matcher is there again", 60)
    told = Counter((event["type"], event["data"]["id"]) for event in world.events())
    assert told == Counter({("trip.expired", id_): 1 for id_ in ids})


def test_a_ride_is_dropped_after_the_retention_and_its_figures_stay(world: Sandbox) -> None:
    vehicle = {"label": "blue Kia", "co2_g_per_km": 90}
    offer = world.post("offer", offer_body(communities=["zuidas"], vehicle=vehicle))
    request = world.post("request", request_body(communities=["zuidas", "acme"]))
    world.agree(offer, request)
    match = world.match_of(offer)
    of_all, of_acme, of_rob = ({}, {"community": "acme"}, {"commuter": "rob"})
    before = [world.figures(**which) for which in (of_all, of_acme)]
    saved = {name: match[name] for name in ("saved_s", "saved_m", "co2_saved_g")}
    assert {name: before[0]["totals"][name] for name in saved} == saved
    assert saved["co2_saved_g"] > 0
    parts = [world.figures(commuter=who)["totals"]["co2_saved_g"] for who in ("dora", "rob")]
    assert sum(parts) == saved["co2_saved_g"]
    assert before[1]["totals"]["co2_saved_g"] == parts[1]
    world.move(world.now() + timedelta(days=33))
    until(lambda: world.client.get(f"/v1/matches/{match['id']}").status_code == 404, "the ride is dropped", 60)
    for trip in (offer, request):
        assert world.client.get(f"/v1/{trip['kind']}s/{trip['id']}").status_code == 404
    assert [world.figures(**which) for which in (of_all, of_acme)] == before
    assert world.figures(**of_rob)["items"] == []


def test_who_declines_while_a_batch_runs_is_free_for_the_next_and_never_proposed_with_them_again(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data", batch_interval_s=3600) as service:
        partner, operator = service.partner()
        match_only_when_asked(operator)

        def post(kind: str, **changes: Any) -> dict[str, Any]:
            body = tomorrow(offer_body(**changes) if kind == "offer" else request_body(**changes))
            return partner.post(f"/v1/{kind}s", json=body).raise_for_status().json()

        def status_of(batch: str) -> str:
            return str(operator.get(f"/v1/batches/{batch}").json()["status"])

        offer, ann = post("offer", seats=1), post("request")
        batch_done(operator)
        (match,) = partner.get("/v1/matches").json()["items"]
        bob = post("request", commuter_id="bob")
        for kind, body in (("offers", offer_body()), ("requests", request_body())):
            crowd = [tomorrow(corridor({**body, "commuter_id": f"{kind}{n}"}, 1 + n % 8)) for n in range(800)]
            partner.post(f"/v1/{kind}:batch", json={"items": crowd}).raise_for_status()
        running = batch_asked(operator)
        until(lambda: status_of(running) == "running", "the batch runs")
        declined = partner.post(f"/v1/matches/{match['id']}/decline", json={"trip_id": ann["id"]})
        assert (declined.status_code, status_of(running)) == (200, "running")
        batch_done(operator, running)
        assert partner.get(f"/v1/offers/{offer['id']}").json()["status"] == "open"
        batch_done(operator)
        held = partner.get(f"/v1/offers/{offer['id']}").json()["match_id"]
        riders = [rider["request_id"] for rider in partner.get(f"/v1/matches/{held}").json()["riders"]]
        assert riders == [bob["id"]]
        assert partner.get(f"/v1/requests/{ann['id']}").json()["status"] == "open"
        assert service.command("doctor")["wrong"] == 0


def test_a_market_decides_daily_in_its_currency_and_keeps_people_together(tmp_path: Path) -> None:
    """The policy of `main` is that of sandboxes."""
    with serving(tmp_path / "data", **SETTINGS) as service:

        def policy(*words: str) -> None:
            service.command("markets", "update", "main", *words)

        policy("--timezone", "Europe/Amsterdam", "--currency", "CHF", "--decide", "daily=20:00")
        world = Sandbox.of_new_partner(service)
        until(lambda: world.client.get("/v1/markets").json()["items"][0]["decide"] != "at_once", "all know")
        body = tomorrow(offer_body())
        leaves = datetime.fromisoformat(body["earliest_departure"]) + timedelta(days=3)
        days = {name: world.later(body[name], days=3) for name in ("earliest_departure", "latest_arrival")}
        offer, request = world.post("offer", offer_body(), **days), world.post("request", request_body(), **days)
        cut_off = until(lambda: world.cut_off(leaves), "the day before at 20:00")
        decided = datetime.fromisoformat(offer["decide_at"])
        assert cut_off <= decided <= cut_off + timedelta(minutes=2)
        world.move(cut_off - timedelta(minutes=2))
        assert [world.read(trip)["status"] for trip in (offer, request)] == ["open"] * 2
        world.move(cut_off)
        match = world.match_of(request)
        assert datetime.fromisoformat(match["created_at"]) >= cut_off
        assert match["riders"][0]["cost_share"]["currency"] == "CHF"

        for bonus_s, lead_s, driver in ((0, 24 * 3600, "eve"), (600, 24 * 3600 + 1, "dora")):
            policy("--decide", f"lead_s={lead_s}", "--policy", f"pool_bonus_s={bonus_s}")
            again = Sandbox.of_new_partner(service)
            decide = {"lead_s": lead_s}  # another one each time, which says that the process knows the new policy
            until(lambda: world.client.get("/v1/markets").json()["items"][0]["decide"] == decide, "all know")  # noqa: B023
            assert again.driver_of_the_second_week() == driver
        assert service.command("doctor")["wrong"] == 0
