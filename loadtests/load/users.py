"""Who calls: people with phones, partners' servers, people who leave a stadium, a partner's import, an operator."""

from __future__ import annotations

from itertools import islice
from typing import Any, cast

import gevent
from locust import between, constant, constant_pacing, task

from loadtests.load.caller import PEOPLE, RECORDER, ApiUser
from loadtests.load.following import Stream
from loadtests.load.given import GIVEN
from loadtests.load.people import homeward
from service.demo.demand import Commuter

_PATIENCE_S = 30.0
_A_FAN_EVERY_S = 15.0  # so 500 of them ask 10,000 times in five minutes
_IMPORTED_AT_ONCE = 100
_REPEATED = 0.05


class PartnerServer(ApiUser):
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
        person = next(PEOPLE)
        bodies = {
            "/v1/offers": person.offers and person.as_offer(),
            "/v1/requests": person.asks and person.as_request(),
        }
        for path, body in bodies.items():
            trip = self.post_trip(path, body) if body else None
            if trip is not None:
                self.mine.add(trip["id"])

    @task(3)
    def answer_proposals(self) -> None:
        """Accept what was proposed to those who were posted here."""
        page = self.call("GET", "/v1/matches?status=proposed&limit=50", "/v1/matches")
        for match in page["items"] if page else []:
            for trip_id in self.mine.intersection(match["awaiting"]):
                self.answer_match(match["id"], trip_id, "accepted")

    @task(2)
    def list_trips(self) -> None:
        """Read a page of offers and one of requests."""
        for path in ("/v1/offers", "/v1/requests"):
            self.call("GET", f"{path}?limit=50", path)

    @task(2)
    def read_events(self) -> None:
        """Read what has happened since the last time."""
        page = self.call("GET", f"/v1/events?after={self.after}" if self.after else "/v1/events", "/v1/events")
        if page is None:
            self.after = None  # what it was after may have been dropped
        elif page["items"]:
            self.after = page["items"][-1]["id"]


class CommuterPhone(ApiUser):
    """People who want a ride, one after the other, each by a token of their own.

    They ask, wait on a live stream for a match, accept or decline, or give up.
    """

    wait_time = between(0.5, 2)
    weight = 3

    stream: Stream | None = None

    def on_stop(self) -> None:
        """Close the app."""
        if self.stream is not None:
            self.stream.close()

    @task
    def use_the_app(self) -> None:
        """Be somebody who signs in, wants a ride, and closes the app."""
        person = next(rider for rider in PEOPLE if rider.role == "rider")
        if not self.sign_in(person):
            return
        self.stream = Stream(self)
        try:
            self._ask_for_a_ride(person)
        finally:
            self.stream.close()
            self.stream = None
            self.key = self.partner_key

    def _ask_for_a_ride(self, person: Commuter) -> None:
        request = self.post_trip("/v1/requests", person.as_request())
        if request is None:
            return
        match_id = self._proposed_to(request["id"])
        if match_id is None:
            self.cancel_trip("/v1/requests", request["id"])
        elif self.chance.random() < 0.9:
            # 404: it was an invitation, which has ended.
            self.call("GET", f"/v1/matches/{match_id}", "/v1/matches/{id}", expected=(200, 404))
            self.answer_match(match_id, request["id"], "accepted")
        else:
            self.answer_match(match_id, request["id"], "declined", "plans have changed")

    def _proposed_to(self, request_id: str) -> str | None:
        stream = self.stream
        match = stream and stream.proposal_for(request_id, _PATIENCE_S * self.chance.uniform(0.2, 1))
        if match is not None:
            return cast("str", match["id"])
        # A proposal that came before the stream was opened, or while it was cut, is seen here.
        request = self.call("GET", f"/v1/requests/{request_id}", "/v1/requests/{id}")
        return request["match_id"] if request is not None and request["status"] == "proposed" else None


class Fan(ApiUser):
    """Somebody leaves a stadium: asks for a ride home, every other time a driver offers one, and looks once."""

    wait_time = constant_pacing(_A_FAN_EVERY_S)
    weight = 1

    @task
    def leave(self) -> None:
        """Ask, and look whether there is a car."""
        gevent.sleep(self.chance.uniform(0, _A_FAN_EVERY_S / 2))  # people do not walk in step
        now = GIVEN.pace.now()
        if self.chance.random() < 0.5:
            driver = next(person for person in PEOPLE if person.role == "driver")
            self.post_trip("/v1/offers", homeward(driver, GIVEN.city, now).as_offer())
        rider = next(person for person in PEOPLE if person.role == "rider")
        request = self.post_trip("/v1/requests", homeward(rider, GIVEN.city, now).as_request())
        gevent.sleep(self.chance.uniform(1, _A_FAN_EVERY_S / 3))
        if request is not None:
            seen = self.call("GET", f"/v1/requests/{request['id']}", "/v1/requests/{id}")
            if seen is not None and seen["status"] == "proposed":
                self.answer_match(seen["match_id"], request["id"], "accepted")


class Importer(ApiUser):
    """A partner's nightly import: batches of trips one after the other, some sent twice because an answer got lost."""

    wait_time = constant(0)
    weight = 1

    @task
    def import_some(self) -> None:
        """Post some people's trips in a call for each kind."""
        people = list(islice(PEOPLE, _IMPORTED_AT_ONCE))
        offers = [person.as_offer() | {"external_id": person.id} for person in people if person.offers]
        requests = [person.as_request() | {"external_id": person.id} for person in people if not person.offers]
        for path, bodies in (("/v1/offers", offers), ("/v1/requests", requests)):
            once = f"import{path}-{people[0].id}"
            self._post(path, bodies, once)
            if self.chance.random() < _REPEATED:
                self._post(path, bodies, once)

    def _post(self, path: str, bodies: list[dict[str, Any]], once: str) -> None:
        answer = self.call("POST", f"{path}:batch", f"{path}:batch", {"items": bodies}, once=once)
        for item in answer["items"] if answer is not None else []:
            if item["status"] == 201:
                RECORDER.trip(self.partner, f"{path}/{item['id']}", None)


class Operator(ApiUser):
    """Somebody who watches: scrapes metrics, looks at readiness and at batches."""

    wait_time = between(1, 3)
    fixed_count = 1

    def on_start(self) -> None:
        """Call with a key of its own where there is one."""
        super().on_start()
        self.key = GIVEN.operator_key or self.key

    @task(3)
    def scrape(self) -> None:
        """Read the metrics."""
        self.call("GET", "/metrics", "/metrics")

    @task(2)
    def look(self) -> None:
        """Ask whether all is well."""
        self.call("GET", "/readyz", "/readyz")

    @task(2)
    def watch_batches(self) -> None:
        """Read the newest batches, and one of them."""
        if GIVEN.operator_key is None:
            return
        page = self.call("GET", "/v1/batches?limit=10", "/v1/batches")
        if page and page["items"]:
            self.call("GET", f"/v1/batches/{page['items'][-1]['id']}", "/v1/batches/{id}")


USERS: dict[str, type[ApiUser]] = {
    user.__name__: user for user in (PartnerServer, CommuterPhone, Fan, Importer, Operator)
}
