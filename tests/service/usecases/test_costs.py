"""What riders pay never exceeds what the car cost."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from matching.model import Place, Stop
from matching.travel import Crowfly
from service.usecases.costs import cost_shares, leg_metres

TRAVEL = Crowfly()
places = st.builds(Place, lat=st.floats(52, 53), lon=st.floats(4, 5))


@st.composite
def cars(draw: st.DrawFn) -> tuple[list[Stop], dict[str, int]]:
    """A car with up to four riders in any order of stops."""
    seats = {f"r{n}": draw(st.integers(1, 4)) for n in range(draw(st.integers(1, 4)))}
    calls = draw(st.permutations([*seats, *seats]))
    seen: set[str] = set()
    stops = [Stop("depart", 0, draw(places))]
    for request in calls:
        stops.append(Stop("dropoff" if request in seen else "pickup", 0, draw(places), request))
        seen.add(request)
    return [*stops, Stop("arrive", 0, draw(places))], seats


@given(cars(), st.decimals(Decimal("0.01"), Decimal(5), places=2))
def test_the_riders_sum_never_exceeds_the_drivers_cost(car: tuple[list[Stop], dict[str, int]], rate: Decimal) -> None:
    stops, seats = car
    shares = cost_shares(stops, seats, TRAVEL, rate)
    assert all(share >= 0 for share in shares.values())
    assert sum(shares.values()) <= Decimal(sum(leg_metres(stops, TRAVEL))) / 1000 * rate


def test_a_leg_shared_by_two_is_split_evenly_and_one_driven_alone_is_the_drivers() -> None:
    a, b, c = Place(52.0, 4.0), Place(52.1, 4.0), Place(52.2, 4.0)
    stops = [Stop("depart", 0, a), Stop("pickup", 0, b, "r"), Stop("dropoff", 0, c, "r"), Stop("arrive", 0, c)]
    together = Decimal(TRAVEL.metres(b, c)) / 1000 * Decimal("0.23") / 2
    share = cost_shares(stops, {"r": 1}, TRAVEL, Decimal("0.23"))["r"]
    assert together - Decimal("0.01") < share <= together
