"""What others see of a car can not be solved for a front door."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.model.matches import Call, MatchRecord, Party
from service.model.partners import Whose
from service.usecases.visibility import coarse, match_document, narrowed

START = datetime(2027, 3, 1, 6, 31, 17, tzinfo=UTC)
HOME, DOOR, DESK, WORK = (52.300123, 4.860456), (52.310789, 4.865012), (52.360345, 4.895678), (52.370901, 4.900234)


def car(status: str) -> MatchRecord:
    """Return a car of one partner's driver and two partners' riders, each rider with stops of their own."""

    def call(kind: str, minutes: int, place: tuple[float, float], request: str | None = None) -> Call:
        return Call(kind, START + timedelta(minutes=minutes), *place, request_id=request)  # type: ignore[arg-type]

    return MatchRecord(
        id="mat_1", status=status, version=1, seq=1, driver=Party("off_1", "par_d", "dora"),  # type: ignore[arg-type]
        riders=(Party("req_a", "par_a", "ann"), Party("req_b", "par_b", "bob")),
        stops=(
            call("depart", 0, HOME), call("pickup", 4, DOOR, "req_a"), call("pickup", 7, DOOR, "req_b"),
            call("dropoff", 20, DESK, "req_a"), call("dropoff", 22, DESK, "req_b"), call("arrive", 27, WORK),
        ),
        detour_s=317, saved_s=1234, saved_m=12_345, co2_saved_g=1789, cost_shares={"req_a": "1.00", "req_b": "2.00"},
        currency="EUR", expires_at=START, batch_id="bat_1", created_at=START,
    )  # fmt: skip


@pytest.mark.parametrize("status", ["proposed", "confirmed"])
def test_a_rider_never_learns_where_and_when_exactly_the_driver_starts(status: str) -> None:
    seen = match_document(car(status), Whose("par_a"))
    for stop in (seen["stops"][0], seen["stops"][-1]):
        at = datetime.fromisoformat(stop["at"])
        assert not stop["exact"]
        assert (at.minute % 5, at.second) == (0, 0)
    assert (seen["stops"][0]["lat"], seen["stops"][0]["lon"]) == coarse(*HOME)
    assert (seen["detour_s"], seen["saved_s"], seen["saved_m"], seen["co2_saved_g"]) == (300, 1200, 12_000, 2000)
    assert seen["riders"][0]["cost_share"]["amount"] == "1.00"
    assert seen["riders"][1]["cost_share"] is None


def test_the_riders_of_one_car_are_coarse_to_each_other_until_it_is_confirmed() -> None:
    before, after = (match_document(car(status), Whose("par_a"))["stops"][2] for status in ("proposed", "confirmed"))
    assert (before["exact"], after["exact"]) == (False, True)
    assert (before["lat"], before["lon"]) == coarse(*DOOR)
    assert (after["lat"], after["lon"]) == DOOR


def test_the_drivers_partner_sees_the_figures_exactly_and_strangers_homes_coarsely() -> None:
    seen = match_document(car("proposed"), Whose("par_d"))
    assert (seen["detour_s"], seen["saved_m"]) == (317, 12_345)
    assert seen["stops"][0]["exact"]
    assert (seen["stops"][1]["lat"], seen["stops"][1]["lon"]) == coarse(*DOOR)
    assert [rider["cost_share"]["amount"] for rider in seen["riders"]] == ["1.00", "2.00"]


def test_a_partner_sees_all_of_a_car_of_its_own_people() -> None:
    own = replace(car("proposed"), riders=(Party("req_a", "par_d", "ann"), Party("req_b", "par_d", "bob")))
    assert all(stop["exact"] for stop in match_document(own, Whose("par_d"))["stops"])


def test_a_place_beside_the_date_line_or_a_pole_stays_on_the_map() -> None:
    for lat in (0.0, 52.3, 89.999, -90.0):
        for lon in (180.0, 179.9999, -179.9999, -180.0):
            rounded = coarse(lat, lon)
            assert abs(rounded[0]) <= 90
            assert abs(rounded[1]) <= 180


@pytest.mark.parametrize("status", ["proposed", "confirmed", "under_way", "cancelled"])
def test_a_commuter_sees_of_a_partners_document_what_is_made_for_them(status: str) -> None:
    drawn = car(status)
    ours = replace(
        drawn, driver=replace(drawn.driver, partner_id="par_a"),
        riders=tuple(replace(rider, partner_id="par_a") for rider in drawn.riders),
    )  # fmt: skip
    partners = match_document(ours, Whose("par_a"))
    for party in ours.parties:
        own = match_document(ours, Whose("par_a", party.commuter_id))
        assert narrowed(partners, {party.trip_id}) == own
        assert narrowed(own, {party.trip_id}) == own
        # Of an agreed car, its driver sees all that there is.
        assert (own["stops"] == partners["stops"]) == (party is ours.driver and status in ("confirmed", "under_way"))
