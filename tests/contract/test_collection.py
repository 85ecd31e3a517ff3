"""The collection for Postman and Bruno, run against a real service: every call once and more, in the order of a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.contract.collection import Collection
from tests.factories import corridor, offer_body, tomorrow
from tests.serving import Service, serving
from tests.waiting import until

OPENAPI = Path(__file__).parents[2] / "openapi"
COLLECTION = OPENAPI / "collection" / "carpool.postman_collection.json"
MORNING = (
    "create_webhook_endpoint", "put_commuter", "post_offer", "post_request", "amend_offer", "amend_request",
    "explain_offer", "explain_request", "find_journeys",
)  # fmt: skip
RIDE = (
    "share_match", "unshare_match", "start_match", "position_match", "delay_match", "pickup_match", "dropoff_match",
    "complete_match", "report_commuter",
)  # fmt: skip
LAST = ("erase_commuter", "delete_webhook_endpoint", "revoke_key")
ORDER = ("post", "put", "get", "patch", "delete")


class Day:
    """The calls of the collection by their operations; each answer is held against the document."""

    def __init__(self, collection: Collection) -> None:
        self._document = yaml.load((OPENAPI / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)
        self._collection = collection
        self.names = {self._operation(name)["operationId"]: name for name in collection.calls}
        self.left = dict.fromkeys(self.names)

    def send(self, operation: str, **changed: str) -> httpx.Response:
        """Send a call, and see that it succeeds as it is documented to."""
        name = self.names[operation]
        answer = self._collection.send(name, **changed)
        said = f"{operation}: {answer.status_code} {answer.text if answer.is_error else ''}"
        assert answer.is_success, said
        assert str(answer.status_code) in self._operation(name)["responses"], said
        self.left.pop(operation, None)
        return answer

    def match(self) -> None:
        """Have the trips posted last matched, and keep the match."""
        self.send("request_batch")
        offer = self._collection.variables["offer_id"]
        until(lambda: self.send("list_matches").json()["items"][:1] and self._carries(offer), "a match", 60)

    def accept(self) -> None:
        """Accept for both."""
        for trip in ("offer_id", "request_id"):
            self.send("accept_match", offer_id=self._collection.variables[trip])

    def _carries(self, offer_id: str) -> bool:
        return bool(self.send("get_match").json()["offer_id"] == offer_id)

    def rest(self) -> list[str]:
        """Return what has not been sent yet: calls that make things first, those that end them last."""
        left = [operation for operation in self.left if operation not in LAST]
        return sorted(left, key=lambda one: ORDER.index(self._collection.path_of(self.names[one])[0]))

    def _operation(self, name: str) -> dict[str, Any]:
        method, path = self._collection.path_of(name)
        found: dict[str, Any] = self._document["paths"][path][method]
        return found


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path / "data", batch_interval_s=600) as running:
        yield running


def test_every_call_succeeds_in_its_place_of_a_day(service: Service) -> None:
    partner = service.command("partners", "create", "acme")["id"]
    kinds: dict[str, tuple[str, ...]] = {"key": (), "operator_key": ("--operator",), "test_key": ("--test",)}
    keys = {name: service.command("keys", "create", partner, *words)["key"] for name, words in kinds.items()}
    weekly = {"recurrence": {"rrule": "FREQ=WEEKLY;COUNT=3", "timezone": "Europe/Amsterdam"}}
    service.client(keys["key"]).post("/v1/offers", json=tomorrow(corridor(offer_body(**weekly), 3))).raise_for_status()
    with httpx.Client(timeout=60) as client:
        day = Day(Collection(COLLECTION, client, url=service.url, **keys))
        for operation in MORNING:
            day.send(operation)
        day.match()
        day.accept()
        for operation in RIDE:
            day.send(operation)
        for end in ("decline_match", "cancel_match"):
            day.send("post_offer")
            day.send("post_request")
            day.match()
            if end == "cancel_match":
                day.accept()
            day.send(end)
            for operation in ("cancel_offer", "cancel_request"):
                day.send(operation)
        for operation in (*day.rest(), *LAST):
            day.send(operation)
        assert not day.left
