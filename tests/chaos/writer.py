"""One commuter's partner as it calls: posts, answers, cancels, reads; and notes what was acknowledged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from loadtests.acknowledged import Acknowledged
from tests.chaos.calls import Calls
from tests.factories import corridor, offer_body, request_body, tomorrow
from tests.service.api.rides import back

CORRIDORS = 30
_MOST_AT_ONCE = 10  # trips of one writer that are open; the oldest then comes to its end


class Writer:
    """One of those who call at the same time."""

    def __init__(self, calls: Calls, told: Acknowledged, chance: random.Random, numbers: Iterator[int]) -> None:
        self._calls, self._told, self._chance, self._numbers = calls, told, chance, numbers
        self._mine: list[str] = []
        self._last_event: str | None = None

    def step(self) -> None:
        """Do one thing."""
        draw = self._chance.random()
        if len(self._mine) >= _MOST_AT_ONCE and draw < 0.3:
            self._end(self._mine.pop(0))
        elif draw < 0.5 and len(self._mine) < _MOST_AT_ONCE:
            self._post()
        elif draw < 0.9 and self._mine:
            self._look_after(self._chance.choice(self._mine))
        elif draw < 0.95 and self._mine:
            self._end(self._mine.pop(self._chance.randrange(len(self._mine))))
        else:
            self._read_events()

    def _post(self) -> None:
        number = next(self._numbers)
        kind, body = self._chance.choice([("offers", offer_body), ("requests", request_body)])
        out = corridor(body(commuter_id=f"c{number}"), number % CORRIDORS)
        out["origin"]["lat"] += self._chance.uniform(-0.005, 0.005)  # no two the same: those are hard to choose from
        if self._chance.random() < 0.2:
            out["either"] = f"e{number % 40}"
        first = self._create(kind, {**tomorrow(out), "external_id": f"x{number}"})
        if kind == "requests" and self._chance.random() < 0.3:
            home = back(out, return_of=first["id"])
            self._create(kind, {**tomorrow(home), "external_id": f"x{number}-home"})

    def _create(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        trip: dict[str, Any] = self._calls.send("POST", f"/v1/{kind}", body, key=body["external_id"]).json()
        path = f"/v1/{kind}/{trip['id']}"
        self._told.trip(path, trip)
        self._mine.append(path)
        return trip

    def _look_after(self, path: str) -> None:
        trip = self._calls.send("GET", path).json()
        if trip["status"] == "proposed":
            self._answer(trip, "declined" if self._chance.random() < 0.15 else "accepted")

    def _answer(self, trip: dict[str, Any], given: str) -> None:
        path = f"/v1/matches/{trip['match_id']}/{'accept' if given == 'accepted' else 'decline'}"
        answer = self._calls.send("POST", path, {"trip_id": trip["id"]}, expected=(200, 404, 409, 422))
        # 409: somebody else has ended it meanwhile; 404 and 422: it was invited to that car, and is not any more.
        if answer.status_code == 200:
            self._told.answer(trip["match_id"], trip["id"], given)

    def _end(self, path: str) -> None:
        trip = self._calls.send("GET", path).json()
        if trip["status"] == "confirmed" and self._chance.random() < 0.7:
            return  # they ride
        if self._calls.send("DELETE", path, expected=(200, 409)).status_code == 200:
            self._told.cancel(path)

    def _read_events(self) -> None:
        after = f"&after={self._last_event}" if self._last_event else ""
        for event in self._calls.send("GET", f"/v1/events?limit=200{after}").json()["items"]:
            self._told.event(event)
            self._last_event = event["id"]
