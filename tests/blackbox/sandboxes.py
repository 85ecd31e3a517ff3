"""A partner's sandbox on a running service: what tests of a ride's life do in it, over HTTP alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from loadtests.pages import everything
from tests.factories import corridor, offer_body, request_body, tomorrow
from tests.serving import Service
from tests.waiting import until

ZONE = ZoneInfo("Europe/Amsterdam")


def log_of(client: httpx.Client) -> list[dict[str, Any]]:
    """Return a partner's whole log of events, oldest first."""
    found: list[dict[str, Any]] = []
    while True:
        after = {"after": found[-1]["id"]} if found else {}
        page = client.get("/v1/events", params={"limit": "500", **after}).raise_for_status().json()["items"]
        if not page:
            return found
        found += page


class Sandbox:
    """A world of its own, with a clock that is moved on."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    @classmethod
    def of_new_partner(cls, service: Service) -> Sandbox:
        """Return the sandbox of a partner that nobody else uses."""
        partner = service.command("partners", "create", "acme")["id"]
        return cls(service.client(service.command("keys", "create", partner, "--test")["key"]))

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return datetime.fromisoformat(self.client.get("/v1/sandbox/clock").json()["now"])

    def move(self, to: datetime) -> None:
        """Move the sandbox's time on."""
        moved = self.client.post("/v1/sandbox/clock", json={"now": to.astimezone(UTC).isoformat()})
        assert moved.status_code == 200, moved.text

    def post(self, kind: str, body: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Post a trip, or a series, of tomorrow."""
        answer = self.client.post(f"/v1/{kind}s", json={**tomorrow(body), **changes})
        assert answer.status_code == 201, answer.text
        return {**answer.json(), "kind": kind}

    def pair(self, number: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
        """Post a driver and a rider who fit together, and nobody of another number."""
        offer, request = (corridor(body, number) for body in (offer_body(), request_body()))
        return self.post("offer", offer), self.post("request", request)

    def read(self, trip: dict[str, Any]) -> dict[str, Any]:
        """Return a trip as it is now."""
        answer = self.client.get(f"/v1/{trip['kind']}s/{trip['id']}")
        assert answer.status_code == 200, answer.text
        return {**answer.json(), "kind": trip["kind"]}

    def cancel(self, trip: dict[str, Any]) -> httpx.Response:
        """Cancel a trip."""
        return self.client.delete(f"/v1/{trip['kind']}s/{trip['id']}")

    def match_of(self, trip: dict[str, Any]) -> dict[str, Any]:
        """Return the match that holds a trip, as soon as one does."""
        return self.matches({"id": until(lambda: self.read(trip)["match_id"], "it is in a match", 60)})

    def matches(self, match: dict[str, Any]) -> dict[str, Any]:
        """Return a match as it is now."""
        answer = self.client.get(f"/v1/matches/{match['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, match: dict[str, Any], verb: str, trip: dict[str, Any], **more: Any) -> httpx.Response:
        """Do something with a match for a trip of it."""
        return self.client.post(f"/v1/matches/{match['id']}/{verb}", json={"trip_id": trip["id"], **more})

    def agree(self, *trips: dict[str, Any]) -> None:
        """Accept for trips of one match, as soon as they are in it; with that it is confirmed."""
        match = self.match_of(trips[-1])
        for trip in trips:
            answer = self.act(match, "accept", trip)
            assert answer.status_code == 200, answer.text
        assert [self.read(trip)["status"] for trip in trips] == ["confirmed"] * len(trips)

    def events(self) -> list[dict[str, Any]]:
        """Return the log, oldest first."""
        return log_of(self.client)

    def types_of(self, match: dict[str, Any], last: str) -> Counter[str]:
        """Return how often each type of event was told of a match, once the last one was; they came in order."""

        def told() -> list[dict[str, Any]]:
            return [event for event in self.events() if event["data"].get("id") == match["id"]]

        until(lambda: last in {event["type"] for event in told()}, last)
        events = told()
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        return Counter(event["type"] for event in events)

    def figures(self, **query: str) -> dict[str, Any]:
        """Return what rides came to."""
        answer = self.client.get("/v1/statistics", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @staticmethod
    def later(at: str, *, days: int) -> str:
        """Return a time some days later."""
        return (datetime.fromisoformat(at) + timedelta(days=days)).isoformat()

    @staticmethod
    def cut_off(leaves: datetime) -> datetime:
        """Return 20:00 of the day before, where it is decided."""
        return datetime.combine(leaves.astimezone(ZONE).date() - timedelta(days=1), time(20), tzinfo=ZONE)

    def driver_of_the_second_week(self) -> str:
        """Have dora drive rob in one week, and eve, who is nearer, drive as well from then on; who takes rob next?

        The market decides a day ahead, so that the trips of a week are looked at together.
        """
        day = datetime.fromisoformat(tomorrow(offer_body())["earliest_departure"]) + timedelta(days=3)
        weekly = {
            "earliest_departure": day.isoformat(), "latest_arrival": (day + timedelta(minutes=75)).isoformat(),
            "recurrence": {"rrule": "FREQ=WEEKLY", "timezone": "UTC"},
        }  # fmt: skip
        ends = {end: request_body()[end] for end in ("origin", "destination")}
        dora, rob = self.post("offer", offer_body(), **weekly), self.post("request", request_body(), **weekly)
        self.move(day - timedelta(hours=23))
        self.agree(*(self.days_of(series)[0] for series in (dora, rob)))
        eve = self.post("offer", offer_body(commuter_id="eve", **ends), **weekly)
        self.move(day + timedelta(minutes=5))
        series = (dora, rob, eve)
        until(lambda: all(len(self.days_of(one)) == 2 for one in series), "the second week's trips", 60)
        self.move(day + timedelta(days=6, hours=1))
        match = self.match_of(self.days_of(rob)[1])
        drives = {self.days_of(one)[1]["id"]: name for one, name in ((dora, "dora"), (eve, "eve"))}
        return drives[match["offer_id"]]

    def days_of(self, series: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a series' trips, the first day's first."""
        found = everything(self.client, f"{series['kind']}s", series=series["id"])
        trips = [{**trip, "kind": series["kind"]} for trip in found]
        return sorted(trips, key=lambda trip: str(trip["earliest_departure"]))
