"""Who travels: commuters of the surveyed morning, and people who leave a stadium for their homes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from matching.model import Place
from matching.travel import Crowfly
from service.clock import Clock, rfc3339
from service.demo.cities import CityName
from service.demo.demand import Commuter, draw_commuters, next_working_day

_BLOCK = 500
_LEAVES_WITHIN = timedelta(minutes=10), timedelta(minutes=40)  # who has left a stadium wants to be off soon
_TRAVEL = Crowfly()
STADIUMS: dict[CityName, dict[str, Any]] = {
    "toronto": {"lat": 43.6414, "lon": -79.3894, "label": "Rogers Centre"},
    "amsterdam": {"lat": 52.3143, "lon": 4.9418, "label": "Johan Cruijff ArenA"},
}


def people(city: CityName, seed: int, clock: Clock) -> Iterator[Commuter]:
    """Yield commuters of the next working day without end, each once."""
    for block in count():
        day = next_working_day(clock.now(), city)
        for person in draw_commuters(_BLOCK, city, seed * 1_000_000 + block, day):
            if next_working_day(clock.now(), city) != day:
                break  # the others of that morning are at home by now
            yield person


def homeward(person: Commuter, city: CityName, now: datetime) -> Commuter:
    """Return somebody on the way from the stadium to their home, a few minutes from now."""
    soonest, slack = _LEAVES_WITHIN
    stadium, home = STADIUMS[city], person.origin
    drive_s = _TRAVEL.seconds(Place(stadium["lat"], stadium["lon"]), Place(home["lat"], home["lon"]))
    return replace(
        person, origin=stadium, destination=home, earliest_departure=rfc3339(now + soonest),
        latest_arrival=rfc3339(now + soonest + slack + timedelta(seconds=drive_s)), max_ride_s=drive_s + 1800,
    )  # fmt: skip
