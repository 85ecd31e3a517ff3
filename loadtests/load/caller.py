"""How users call the API, and how what they find is noted."""

from __future__ import annotations

import random
import uuid
from itertools import count
from typing import Any, cast

import gevent
from locust import FastHttpUser

from loadtests.load.given import GIVEN
from loadtests.load.people import people
from loadtests.load.record import Recorder
from service.demo.demand import Commuter

_REFUSED = (429, 503)
_LONGEST_WAIT_S = 10.0
# While somebody waits for half a minute in fast time, what they wait for may have been over for days, and dropped.
_DROPPED = (404, 410) if GIVEN.pace.times != 1 else ()
PEOPLE = people(GIVEN.city, GIVEN.seed, GIVEN.pace)
RECORDER = Recorder(GIVEN.out)
_NUMBERS = count()


class ApiUser(FastHttpUser):
    """Calls the API with a partner's key; an answer that was not to be expected is a failure."""

    abstract = True
    host = "http://127.0.0.1:8000"

    def on_start(self) -> None:
        """Draw this user's own chance, and belong to a partner."""
        number = next(_NUMBERS)
        self.chance = random.Random(f"{GIVEN.seed}/{number}")
        self.partner = number % len(GIVEN.keys)
        self.key = self.partner_key

    @property
    def partner_key(self) -> str:
        """The API key of this user's partner."""
        return GIVEN.keys[self.partner]

    def sign_in(self, person: Commuter) -> bool:
        """Call as a commuter from now on, by a token that their partner's server fetches; False where it gets none."""
        path = "/v1/commuters/{id}/tokens"
        body = {"traits": list(person.traits)}
        made = self.call("POST", path.format(id=person.id), path, body)
        self.key = made["token"] if made is not None else self.key
        return made is not None

    def call(
        self, method: str, path: str, name: str, body: dict[str, Any] | None = None, expected: tuple[int, ...] = (200,),
        *, once: str | None = None,
    ) -> dict[str, Any] | None:  # fmt: skip
        """Return the answer's document, None where the service asks to wait or the state has moved on.

        `once`: the idempotency key of a POST; a new one unless it is a repeat.
        """
        headers = {"Authorization": f"Bearer {self.key}"}
        if method == "POST":
            headers["Idempotency-Key"] = once or str(uuid.UUID(int=self.chance.getrandbits(128)))
        with self.client.request(
            method, path, name=f"{method} {name}", json=body, headers=headers, catch_response=True
        ) as answer:
            if answer.status_code in (*expected, *_DROPPED):
                answer.success()
                plain = answer.status_code >= 300 or "json" not in answer.headers.get("content-type", "")
                return None if plain else cast("dict[str, Any]", answer.json())
            if answer.status_code in _REFUSED and answer.headers.get("Retry-After"):
                answer.success()  # it is told apart by its status
                gevent.sleep(min(float(answer.headers["Retry-After"]), _LONGEST_WAIT_S))
                return None
            answer.failure(f"{answer.status_code} {(answer.text or '')[:200]}")
            return None

    def post_trip(self, path: str, body: dict[str, Any], *, once: str | None = None) -> dict[str, Any] | None:
        """Post an offer or a request."""
        trip = self.call("POST", path, path, body, (201,), once=once)
        if trip is not None:
            RECORDER.trip(self.partner, f"{path}/{trip['id']}", trip)
        return trip

    def cancel_trip(self, path: str, trip_id: str) -> None:
        """Cancel a trip; 409 where it can not be any more."""
        if self.call("DELETE", f"{path}/{trip_id}", f"{path}/{{id}}", expected=(200, 409)) is not None:
            RECORDER.cancel(self.partner, f"{path}/{trip_id}")

    def answer_match(self, match_id: str, trip_id: str, given: str, reason: str | None = None) -> None:
        """Accept or decline for one trip.

        409 where somebody else has declined or it has expired meanwhile; 404 or 422 where it was an invitation, which
        has ended.
        """
        verb = {"accepted": "accept", "declined": "decline"}[given]
        body = {"trip_id": trip_id} | ({"reason": reason} if reason else {})
        path = f"/v1/matches/{match_id}/{verb}"
        if self.call("POST", path, f"/v1/matches/{{id}}/{verb}", body, (200, 404, 409, 422)) is not None:
            RECORDER.answer(self.partner, match_id, trip_id, given)
