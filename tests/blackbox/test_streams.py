"""A partner's live stream through a whole service: resumed over a restart, and no reason to stop late."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.factories import offer_body, tomorrow
from tests.serving import serving
from tests.streams import Message, messages_of

PATH = "/v1/events/stream"


def cancelled(partner: httpx.Client) -> str:
    """Post an offer and cancel it, of which an event tells; returns its id."""
    path = partner.post("/v1/offers", json=tomorrow(offer_body())).headers["location"]
    partner.delete(path).raise_for_status()
    return path.rpartition("/")[2]


def test_a_stream_is_resumed_where_a_restart_ended_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        partner, _ = service.partner()
        key = partner.headers["Authorization"].removeprefix("Bearer ")
        with partner.stream("GET", PATH) as answer:
            assert answer.status_code == 200
            stream = messages_of(answer)
            place = next(stream)
            assert place.data is None
            first = cancelled(partner)
            told = next(message for message in stream if message.data)
            assert told.data["type"] == "trip.cancelled"
            assert told.data["data"]["id"] == first
            second = cancelled(partner)
            service.stop()  # which sees that it ends in time
            rest = [message for message in stream if message.data]  # to its end: it was not broken off
            assert len(rest) <= 1
    with serving(data) as service:
        partner = service.client(key)
        assert seen(partner, place, 2) == [first, second]
        assert seen(partner, told, 1) == [second]
        third = cancelled(partner)
        assert seen(partner, told, 2) == [second, third]


def seen(partner: httpx.Client, last: Message, count: int) -> list[str]:
    """Return the trips of the next events after one."""
    assert last.id is not None
    with partner.stream("GET", PATH, headers={"Last-Event-ID": last.id}) as answer:
        found = (message.data["data"]["id"] for message in messages_of(answer) if message.data)
        return [next(found) for _ in range(count)]
