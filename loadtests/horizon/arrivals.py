"""Who posts when: a morning's commuters of the demo, some the evening before and the others as it comes nearer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from matching import Instance, Offer, Request, instance_from_json
from service.demo.cities import CITIES, CityName
from service.demo.demand import draw_commuters
from service.demo.problem import instance_from_trips

DAY = date(2027, 3, 1)
_THE_EVENING_BEFORE = 0.5  # of the people; the others post this long before they can leave, at least and on average:
_LEAST_AHEAD_S, _MEAN_AHEAD_S = 1200, 7200
_EVENING_H = (17, 22)


@dataclass(frozen=True, slots=True)
class Posting:
    """A trip, and when it is posted, in epoch seconds."""

    trip: Offer | Request
    posted_at: int


def draw_postings(count: int, city: CityName, seed: int) -> tuple[Instance, list[Posting]]:
    """Return a morning's trips all together, and each with when it is posted, first to last; a seed gives the same."""
    people = draw_commuters(count, city, seed, DAY)
    instance = instance_from_json(
        instance_from_trips(
            [{"id": f"o-{who.id}", **who.as_offer()} for who in people if who.offers],
            [{"id": f"r-{who.id}", **who.as_request()} for who in people if who.asks],
        )
    )
    rng = np.random.default_rng([seed, count])
    evening = datetime.combine(DAY - timedelta(days=1), time(_EVENING_H[0]), ZoneInfo(CITIES[city].timezone))
    span_s = (_EVENING_H[1] - _EVENING_H[0]) * 3600
    early = rng.random(count) < _THE_EVENING_BEFORE
    of_evening = evening.timestamp() + rng.integers(0, span_s, count)
    ahead_s = _LEAST_AHEAD_S + rng.exponential(_MEAN_AHEAD_S - _LEAST_AHEAD_S, count)
    number = {who.id: n for n, who in enumerate(people)}

    def posted_at(trip: Offer | Request) -> int:
        n = number[trip.id[2:]]  # both trips of who is flexible come at once
        return int(of_evening[n] if early[n] else max(trip.earliest_departure - ahead_s[n], of_evening[n]))

    return instance, sorted((Posting(t, posted_at(t)) for t in instance.trips), key=lambda p: (p.posted_at, p.trip.id))
