"""The clients that are made from the document are of today's, and ride from post to completion on a running service."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.blackbox.receiver import Receiver, receiving
from tests.contract.days import ride
from tests.factories import offer_body, request_body
from tests.serving import Service, serving
from tests.waiting import until

OPENAPI = Path(__file__).parents[2] / "openapi"
_NODE = 18  # the first with `fetch`
TOLD = {"match.proposed", "match.confirmed", "match.started", "match.completed"}


def test_the_clients_are_made_from_todays_document() -> None:
    made_from = (OPENAPI / "clients" / "generated-from.sha256").read_text().strip()
    assert made_from == hashlib.sha256((OPENAPI / "openapi.yaml").read_bytes()).hexdigest(), (
        "run: openapi/clients/generate"
    )


def test_the_collection_is_made_from_todays_document() -> None:
    spec = importlib.util.spec_from_file_location("make_collection", OPENAPI / "collection" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    document = yaml.load((OPENAPI / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)
    assert make.COLLECTION.read_text() == make.text_of(document), "run: openapi/collection/make.py"
    calls = [call for folder in make.collection(document)["item"] for call in folder["item"]]
    assert len(calls) == sum(len(operations) for operations in document["paths"].values())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("clients") / "data", batch_interval_s=0.3) as running:
        yield running


def trips() -> tuple[dict[str, Any], dict[str, Any]]:
    soon = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
    times = {"earliest_departure": soon.isoformat(), "latest_arrival": (soon + timedelta(hours=1)).isoformat()}
    return offer_body(**times), request_body(**times)


def day(service: Service, go: Callable[[str, Receiver], dict[str, Any]]) -> None:
    """Have a partner's client ride; each step is told by a webhook, signed."""
    partner = service.command("partners", "create", "acme")["id"]
    key = service.command("keys", "create", partner)["key"]
    with receiving() as receiver:
        match = go(key, receiver)
        assert match["status"] == "completed"
        assert match["riders"][0]["dropped_off_at"]
        until(lambda: {event["type"] for event in list(receiver.events.values())} >= TOLD, "all webhooks", 120)
        assert receiver.refused == 0


@pytest.mark.parametrize("awaiting", [False, True], ids=["sync", "async"])
def test_a_day_by_the_python_client(service: Service, awaiting: bool) -> None:
    def go(key: str, receiver: Receiver) -> dict[str, Any]:
        def know(secret: str) -> None:
            receiver.secret = secret

        return ride(service.url, key, receiver.url, *trips(), know, awaiting=awaiting).to_dict()

    day(service, go)


def node_version() -> int:
    """Return the major version of the node that is installed; 0 for none."""
    if shutil.which("node") is None:
        return 0
    told = subprocess.run(["node", "--version"], capture_output=True, check=True, text=True).stdout
    return int(told.removeprefix("v").partition(".")[0])


def test_a_day_by_the_typescript_client(service: Service) -> None:
    if node_version() < _NODE:
        pytest.skip(f"node {_NODE} or later is not installed: the TypeScript client was not run")

    def go(key: str, receiver: Receiver) -> dict[str, Any]:
        words = [service.url, key, receiver.url, *map(json.dumps, trips())]
        with subprocess.Popen(
            ["node", str(Path(__file__).with_name("day.mjs")), *words], text=True, stdout=subprocess.PIPE
        ) as node:
            assert node.stdout is not None
            receiver.secret = node.stdout.readline().strip()
            rest, _ = node.communicate(timeout=240)
        assert node.returncode == 0
        return json.loads(rest)

    day(service, go)
