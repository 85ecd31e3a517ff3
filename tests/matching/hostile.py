"""Days that nobody wishes for: instances that drive a matcher to its edges, by name."""

from __future__ import annotations

import random
from dataclasses import replace

from matching import Crowfly, Instance, MeetingPoint, Offer, Place, Request

HOUR = 3600
HOME, WORK = Place(lat=52.30, lon=4.86), Place(lat=52.37, lon=4.90)


def _around(chance: random.Random, centre: Place, km: float) -> Place:
    return Place(lat=centre.lat + chance.gauss(0, km / 111), lon=centre.lon + chance.gauss(0, km / 68))


def everyone_at_one_place() -> Instance:
    """All trips lead from one door to another at the same hour; only people and seats differ."""
    return _crowd(150, 150, seats=4)


def everyone_stays_at_one_place() -> Instance:
    """Nobody goes anywhere, and boarding takes no time: every order of stops is as good as any."""
    offers = tuple(Offer(f"o{n}", HOME, HOME, 0, HOUR, seats=3, max_detour_s=600) for n in range(60))
    return Instance(offers, tuple(Request(f"r{n}", HOME, HOME, 0, HOUR) for n in range(60)), boarding_s=0)


def trips_of_no_length() -> Instance:
    """Half of the trips end where they start, all over a town."""
    chance = random.Random(1)
    places = [_around(chance, HOME, 2) for _ in range(300)]
    ends = [place if n % 2 else _around(chance, HOME, 2) for n, place in enumerate(places)]
    trips = list(zip(places, ends, strict=True))
    offers = tuple(Offer(f"o{n}", a, b, 0, HOUR, seats=3, max_detour_s=900) for n, (a, b) in enumerate(trips[:150]))
    return Instance(offers, tuple(Request(f"r{n}", a, b, 0, HOUR) for n, (a, b) in enumerate(trips[150:])))


def windows_of_one_second() -> Instance:
    """Each can leave in one second only, and has to arrive by driving straight on, or one second later."""
    chance = random.Random(2)
    direct = Crowfly().seconds(HOME, WORK)
    offers, requests = [], []
    for n in range(200):
        start = chance.randrange(0, 20)
        offers.append(Offer(f"o{n}", HOME, WORK, start, start + direct + 90 + chance.randrange(2), 2, 91))
        requests.append(
            Request(f"r{n}", HOME, WORK, start, start + direct + 45 + chance.randrange(2), latest_pickup=start)
        )
    return Instance(tuple(offers), tuple(requests))


def car_that_nobody_fits() -> Instance:
    """One car has no seat for parties of two, one no time, one no match of people; one offer is far away."""
    chance = random.Random(3)
    requests = tuple(
        Request(f"r{n}", _around(chance, HOME, 1), _around(chance, WORK, 1), 0, 2 * HOUR, seats=2) for n in range(200)
    )
    far = Place(lat=-33.9, lon=151.2)
    offers = (
        Offer("small", HOME, WORK, 0, 2 * HOUR, seats=1, max_detour_s=1800),
        Offer("hasty", HOME, WORK, 0, 2 * HOUR, seats=8, max_detour_s=0),
        Offer("choosy", HOME, WORK, 0, 2 * HOUR, seats=8, max_detour_s=1800, requires=frozenset({"nobody"})),
        Offer("far", far, far, 0, 2 * HOUR, seats=8, max_detour_s=1800),
    )
    return Instance(offers, requests)


def requests_for_one_car() -> Instance:
    """Five thousand riders along one corridor, and one car."""
    chance = random.Random(4)
    requests = tuple(
        Request(f"r{n}", _around(chance, HOME, 2), _around(chance, WORK, 2), 0, 2 * HOUR) for n in range(5000)
    )
    return Instance((Offer("o", HOME, WORK, 0, 2 * HOUR, seats=4, max_detour_s=1200),), requests)


def vans() -> Instance:
    """Forty vans of eight seats and two hundred riders along one corridor."""
    chance = random.Random(5)
    offers = tuple(
        Offer(f"o{n}", _around(chance, HOME, 2), _around(chance, WORK, 2), 0, 2 * HOUR, seats=8, max_detour_s=1800)
        for n in range(40)
    )
    requests = tuple(
        Request(f"r{n}", _around(chance, HOME, 2), _around(chance, WORK, 2), 0, 2 * HOUR) for n in range(200)
    )
    return Instance(offers, requests)


def twins() -> Instance:
    """Three hundred drivers and three hundred riders, each the same as all others, with detours to make."""
    corner, office = Place(lat=52.31, lon=4.87), Place(lat=52.36, lon=4.89)
    offers = tuple(Offer(f"o{n}", HOME, WORK, 0, HOUR, seats=3, max_detour_s=900) for n in range(300))
    return Instance(offers, tuple(Request(f"r{n}", corner, office, 0, HOUR) for n in range(300)))


def edges_of_the_map() -> Instance:
    """Commuters over the date line, over both poles, and some from one to another."""
    chance = random.Random(6)
    centres = [Place(0.0, 180.0), Place(89.99, 0.0), Place(-89.99, 0.0)]

    def near() -> tuple[Place, Place]:
        centre = chance.choice(centres)
        return tuple(_wrapped(_around(chance, centre, 3)) for _ in range(2))  # type: ignore[return-value]

    offers = tuple(Offer(f"o{n}", *near(), 0, HOUR, seats=3, max_detour_s=1200) for n in range(150))
    far = (Offer("far", centres[1], centres[2], 0, 90 * 24 * HOUR, seats=8, max_detour_s=600),)
    return Instance((*offers, *far), tuple(Request(f"r{n}", *near(), 0, HOUR) for n in range(150)))


def _wrapped(place: Place) -> Place:
    lat, lon = min(max(place.lat, -90.0), 90.0), (place.lon + 180.0) % 360.0 - 180.0
    return Place(lat=lat, lon=lon)


def ten_times_the_density() -> Instance:
    """Five hundred trips within two kilometres of one corridor, in a quarter of an hour."""
    chance = random.Random(7)

    def trip() -> tuple[Place, Place, int, int]:
        start = chance.randrange(0, 900)
        return _around(chance, HOME, 1), _around(chance, WORK, 1), start, start + 2700

    offers = tuple(Offer(f"o{n}", *trip(), seats=3, max_detour_s=900) for n in range(250))
    return Instance(offers, tuple(Request(f"r{n}", *trip()) for n in range(250)))


def walkers() -> Instance:
    """Riders who could walk to any of twenty meeting points, at both ends."""
    chance = random.Random(8)
    instance = ten_times_the_density()
    points = [MeetingPoint(f"m{n}", _around(chance, HOME if n % 2 else WORK, 0.5)) for n in range(40)]
    requests = tuple(replace(request, max_walk_m=3000) for request in instance.requests[:100])
    return replace(instance, offers=instance.offers[:100], requests=requests, meeting_points=tuple(points))


def _crowd(offers: int, requests: int, seats: int) -> Instance:
    return Instance(
        tuple(Offer(f"o{n}", HOME, WORK, 0, HOUR, seats=seats, max_detour_s=900) for n in range(offers)),
        tuple(Request(f"r{n}", HOME, WORK, 0, HOUR) for n in range(requests)),
    )
