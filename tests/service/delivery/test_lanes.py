"""How much may be under way: healthy endpoints always find a place, failing ones share what is left to them."""

from __future__ import annotations

from service.delivery.lanes import FIRST, MOST, Lanes


def grown(lanes: Lanes, owner: str, endpoint: str) -> None:
    ticket = lanes.enter(owner, endpoint)
    for _ in range(MOST):
        ticket.lane.succeeded(0.01)
    lanes.leave(ticket)


def test_lane_grows_with_success_and_falls_to_one_with_a_failure() -> None:
    lanes = Lanes(100)
    ticket = lanes.enter("par_1", "whe_1")
    assert lanes.rooms(["par_1"], 0)[0]["whe_1"] == FIRST - 1
    ticket.lane.succeeded(0.01)
    assert lanes.rooms(["par_1"], 0)[0]["whe_1"] == FIRST
    ticket.lane.failed(0)
    assert lanes.rooms(["par_1"], 0)[0]["whe_1"] == 0
    lanes.leave(ticket)
    assert lanes.rooms(["par_1"], 0)[0]["whe_1"] == 1


def test_lane_in_good_order_holds_some_ahead() -> None:
    lanes = Lanes(100)
    grown(lanes, "par_1", "whe_1")
    assert lanes.rooms(["par_1"], 0)[0] == {"whe_1": 2 * MOST}


def test_failing_endpoints_share_half_of_the_places() -> None:
    lanes = Lanes(10)
    grown(lanes, "par_well", "whe_well")
    for n in range(20):
        ticket = lanes.enter("par_ill", f"whe_{n}")
        ticket.lane.failed(0)
        lanes.leave(ticket)
    for n in range(20):
        if lanes.rooms(["par_ill"], 0)[0][f"whe_{n}"]:
            lanes.enter("par_ill", f"whe_{n}")
    assert lanes.under_way == 5
    assert set(lanes.rooms(["par_ill"], 0)[0].values()) == {0}
    assert lanes.rooms(["par_well"], 0)[0]["whe_well"] > 0
    assert lanes.free == 5


def test_lane_that_was_asked_to_wait_waits() -> None:
    lanes = Lanes(10)
    ticket = lanes.enter("par_1", "whe_1")
    ticket.lane.paused_until_s = 7.0
    lanes.leave(ticket)
    assert lanes.rooms(["par_1"], 6.9)[0] == {"whe_1": 0}
    assert lanes.rooms(["par_1"], 7.1)[0] == {"whe_1": FIRST}


def test_an_endpoint_that_only_fails_is_left_alone_for_longer_and_longer_until_one_attempt_succeeds() -> None:
    lanes = Lanes(100)
    grown(lanes, "par_1", "whe_1")
    under_way = [lanes.enter("par_1", "whe_1") for _ in range(16)]
    for ticket in under_way:  # all that was at the endpoint when it went down
        ticket.lane.failed(100.0)
        lanes.leave(ticket)
    now_s = 100.0
    for pause_s in (1, 2, 4, 8, 16, 32, 60, 60):
        assert lanes.rooms(["par_1"], now_s + pause_s - 0.1) == [{"whe_1": 0}]
        now_s += pause_s
        assert lanes.rooms(["par_1"], now_s) == [{"whe_1": 1}]
        probe = lanes.enter("par_1", "whe_1")
        probe.lane.failed(now_s)
        lanes.leave(probe)
    probe = lanes.enter("par_1", "whe_1")
    probe.lane.succeeded(0.01)
    lanes.leave(probe)
    now_s += 60
    assert lanes.rooms(["par_1"], now_s) == [{"whe_1": 2}]
    probe.lane.failed(now_s)
    assert lanes.rooms(["par_1"], now_s) == [{"whe_1": 1}]  # one failure is no outage


def test_lanes_that_failed_at_once_are_not_tried_at_once() -> None:
    lanes = Lanes(100)
    for endpoint, spread in (("whe_1", 0.5), ("whe_2", 1.0)):
        for now_s in (0.0, 0.0, 0.0, 0.0, 0.0, 1.0):  # the fifth opens the circuit for a second at most
            ticket = lanes.enter("par_1", endpoint)
            ticket.lane.failed(now_s, spread)
            lanes.leave(ticket)
    assert lanes.rooms(["par_1"], 1.9) == [{"whe_1": 0, "whe_2": 0}]
    assert lanes.rooms(["par_1"], 2.1) == [{"whe_1": 1, "whe_2": 0}]
    assert lanes.rooms(["par_1"], 3.1) == [{"whe_1": 1, "whe_2": 1}]


def test_idle_lanes_are_forgotten_but_not_those_that_fail() -> None:
    lanes = Lanes(10)
    for endpoint in ("whe_idle", "whe_ill", "whe_busy"):
        ticket = lanes.enter("par_1", endpoint)
        if endpoint == "whe_ill":
            ticket.lane.failed(0)
        if endpoint != "whe_busy":
            lanes.leave(ticket)
    lanes.forget_idle(0)
    assert set(lanes.rooms(["par_1"], 0)[0]) == {"whe_ill", "whe_busy"}


def test_slow_endpoints_share_half_of_the_places_also_where_they_succeed() -> None:
    lanes = Lanes(40)
    for n in range(20):
        grown(lanes, f"par_{n}", "whe_slow" + str(n))
        ticket = lanes.enter(f"par_{n}", "whe_slow" + str(n))
        ticket.lane.succeeded(14.0)
        lanes.leave(ticket)
    grown(lanes, "par_well", "whe_well")
    rooms = lanes.rooms([*(f"par_{n}" for n in range(20)), "par_well"], 0)
    assert sum(sum(room.values()) for room in rooms[:-1]) == 20
    assert max(max(room.values()) for room in rooms[:-1]) <= FIRST
    assert rooms[-1] == {"whe_well": 2 * MOST}


def test_an_endpoint_that_is_quick_again_is_in_good_order() -> None:
    lanes = Lanes(100)
    grown(lanes, "par_1", "whe_1")
    ticket = lanes.enter("par_1", "whe_1")
    ticket.lane.succeeded(2.0)
    lanes.leave(ticket)
    assert lanes.rooms(["par_1"], 0) == [{"whe_1": FIRST}]
    grown(lanes, "par_1", "whe_1")
    assert lanes.rooms(["par_1"], 0) == [{"whe_1": 2 * MOST}]


def test_a_failing_endpoint_that_is_gone_is_forgotten_after_an_hour() -> None:
    lanes = Lanes(10)
    ticket = lanes.enter("par_1", "whe_gone")
    ticket.lane.failed(0)
    lanes.leave(ticket)
    lanes.forget_idle(1.0)
    lanes.forget_idle(3000.0)
    assert lanes.rooms(["par_1"], 0) == [{"whe_gone": 1}]
    lanes.forget_idle(3700.0)
    assert lanes.rooms(["par_1"], 0) == [{}]
