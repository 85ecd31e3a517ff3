"""Load on the API by surveyed commuters: a partner's server, and people who look at their phones.

    LOADTEST_KEY=cpk_… locust -f loadtests/locustfile.py --host http://127.0.0.1:8000 --headless -u 50 -r 10 -t 60s

Environment: LOADTEST_KEY (a partner's API key), LOADTEST_CITY (toronto or amsterdam), LOADTEST_SEED, and
LOADTEST_ALLOW_REMOTE=1 to aim at anything but this machine. The same seed posts the same trips in the same order.
"""

from __future__ import annotations

import ipaddress
import os
import random
import sys
import uuid
from collections.abc import Iterator
from itertools import count
from typing import Any, cast
from urllib.parse import urlsplit

import gevent
from locust import FastHttpUser, between, events, task
from locust.env import Environment

from service.clock import SystemClock
from service.demo.cities import CITIES, CityName
from service.demo.demand import Commuter, draw_commuters, next_working_day

_BLOCK = 500
_POLLS = 20
_PATIENCE_S = 30.0


def people(city: CityName, seed: int) -> Iterator[Commuter]:
    """Yield commuters of the next working day without end, each once."""
    day = next_working_day(SystemClock().now(), city)
    for block in count():
        yield from draw_commuters(_BLOCK, city, seed * 1_000_000 + block, day)


def is_loopback(host: str) -> bool:
    """Tell whether a URL aims at this machine."""
    name = urlsplit(host).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


@events.init.add_listener
@events.test_start.add_listener
def refuse_other_targets(environment: Environment, **_: Any) -> None:
    """End the run before its first request where it aims elsewhere or has no key."""
    targets = [environment.host] if environment.host else [user.host for user in environment.user_classes]
    if os.environ.get("LOADTEST_ALLOW_REMOTE") != "1" and not all(is_loopback(target or "") for target in targets):
        sys.exit(f"this load test aims at this machine only, not at {', '.join(map(str, targets))}: "
                 "set LOADTEST_ALLOW_REMOTE=1 if the target is yours")  # fmt: skip
    if not os.environ.get("LOADTEST_KEY"):
        sys.exit("set LOADTEST_KEY to a partner's API key (carpool keys create PARTNER_ID)")


_CITY = cast("CityName", os.environ.get("LOADTEST_CITY", "toronto"))
if _CITY not in CITIES:
    sys.exit(f"LOADTEST_CITY {_CITY} is none of {', '.join(CITIES)}")
_SEED = int(os.environ.get("LOADTEST_SEED", "1"))
_PEOPLE = people(_CITY, _SEED)
_USERS = count()


class ApiUser(FastHttpUser):
    """Calls the API with the partner's key; an answer that was not to be expected is a failure."""

    abstract = True
    host = "http://127.0.0.1:8000"

    def on_start(self) -> None:
        """Draw this user's own chance."""
        self.chance = random.Random(f"{_SEED}/{next(_USERS)}")

    def call(
        self, method: str, path: str, name: str, body: dict[str, Any] | None = None, expected: tuple[int, ...] = (200,)
    ) -> dict[str, Any] | None:
        """Return the answer's document, None where the service asks to wait or the state has moved on."""
        headers = {"Authorization": f"Bearer {os.environ['LOADTEST_KEY']}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.UUID(int=self.chance.getrandbits(128)))
        with self.client.request(
            method, path, name=f"{method} {name}", json=body, headers=headers, catch_response=True
        ) as answer:
            if answer.status_code in expected:
                answer.success()
                return cast("dict[str, Any]", answer.json()) if answer.status_code < 300 else None
            if answer.status_code == 429:
                answer.success()
                gevent.sleep(float(answer.headers.get("Retry-After", "1")))
                return None
            answer.failure(f"{answer.status_code} {(answer.text or '')[:200]}")
            return None


class Partner(ApiUser):
    """A partner's server: posts its people's trips, answers for its drivers, reads lists and the log of events."""

    wait_time = between(0.1, 0.5)
    weight = 1

    def on_start(self) -> None:
        """Start with nothing posted."""
        super().on_start()
        self.mine: set[str] = set()
        self.after: str | None = None

    @task(10)
    def post_trips(self) -> None:
        """Post one person's offer or request, or both."""
        person = next(_PEOPLE)
        if person.offers:
            self._post("/v1/offers", person.as_offer())
        if person.asks:
            self._post("/v1/requests", person.as_request())

    def _post(self, path: str, body: dict[str, Any]) -> None:
        trip = self.call("POST", path, path, body, (201,))
        if trip is not None:
            self.mine.add(trip["id"])

    @task(3)
    def answer_proposals(self) -> None:
        """Accept what was proposed to those who were posted here."""
        page = self.call("GET", "/v1/matches?status=proposed&limit=50", "/v1/matches")
        for match in page["items"] if page else []:
            for trip_id in self.mine.intersection(match["awaiting"]):
                accept(self, match["id"], trip_id)

    @task(2)
    def list_trips(self) -> None:
        """Read a page of offers and one of requests."""
        for path in ("/v1/offers", "/v1/requests"):
            self.call("GET", f"{path}?limit=50", path)

    @task(2)
    def read_events(self) -> None:
        """Read what has happened since the last time."""
        page = self.call("GET", f"/v1/events?after={self.after}" if self.after else "/v1/events", "/v1/events")
        if page and page["items"]:
            self.after = page["items"][-1]["id"]


class CommuterPhone(ApiUser):
    """Somebody who wants a ride: asks, looks until there is a match, accepts or declines, or gives up."""

    wait_time = between(0.5, 2)
    weight = 3

    @task
    def ask_for_a_ride(self) -> None:
        """Live through one request."""
        person = next(rider for rider in _PEOPLE if rider.role == "rider")
        request = self.call("POST", "/v1/requests", "/v1/requests", person.as_request(), (201,))
        if request is None:
            return
        match_id = self._wait_for_match(request["id"])
        if match_id is None:
            self.call("DELETE", f"/v1/requests/{request['id']}", "/v1/requests/{id}", expected=(200, 409))
        elif self.chance.random() < 0.9:
            self.call("GET", f"/v1/matches/{match_id}", "/v1/matches/{id}")
            accept(self, match_id, request["id"])
        else:
            body = {"trip_id": request["id"], "reason": "plans have changed"}
            self.call("POST", f"/v1/matches/{match_id}/decline", "/v1/matches/{id}/decline", body, (200, 409))

    def _wait_for_match(self, request_id: str) -> str | None:
        for _ in range(_POLLS):
            gevent.sleep(_PATIENCE_S / _POLLS * self.chance.uniform(0.2, 1))
            request = self.call("GET", f"/v1/requests/{request_id}", "/v1/requests/{id}")
            if request is not None and request["status"] == "proposed":
                return cast("str", request["match_id"])
        return None


def accept(user: ApiUser, match_id: str, trip_id: str) -> None:
    """Accept for one trip; 409 where somebody else has declined or it has expired meanwhile."""
    user.call("POST", f"/v1/matches/{match_id}/accept", "/v1/matches/{id}/accept", {"trip_id": trip_id}, (200, 409))
