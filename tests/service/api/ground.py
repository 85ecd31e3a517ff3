"""Every operation of the OpenAPI document, and a client that looks at each answer as all answers are to be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from service.api import problems
from service.api.app import create_app
from service.model.partners import SCOPES
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import post

WEEKLY = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "timezone": "Europe/Amsterdam"}
HOOK = {"url": "http://127.0.0.1:9/hook"}
NAMES = {problem.name: problem for problem in vars(problems).values() if isinstance(problem, problems.Problem)}


@dataclass(frozen=True)
class Route:
    """An operation of the document."""

    method: str
    path: str
    operation: dict[str, Any]

    @property
    def scopes(self) -> set[str]:
        return {scope for way in self.operation["security"] for scope in way.get("apiKey", ())}

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.operation.get("requestBody", {}).get("content", ())

    @property
    def creates(self) -> bool:
        return self.method == "POST" and not {"201", "202"}.isdisjoint(self.operation["responses"])

    def has_header(self, name: str) -> bool:
        return any(p["in"] == "header" and p["name"] == name for p in self.operation.get("parameters", ()))

    def at(self, ids: dict[str, str]) -> str:
        """Return the path with ids put in: by the collection that they are of, else by their name."""
        return re.sub(r"/([a-z-]+)/\{(\w+)\}", lambda m: f"/{m[1]}/{ids.get(m[1], ids.get(m[2], 'nobody'))}", self.path)


@pytest.fixture
def routes(context: Context) -> list[Route]:
    """Every operation that asks who calls."""
    found = [
        Route(method.upper(), path, operation)
        for path, operations in create_app(context).openapi()["paths"].items()
        for method, operation in operations.items() if "security" in operation
    ]  # fmt: skip
    assert len(found) > 40
    return found


@pytest.fixture
async def everything(client_of: MakeClient) -> httpx.AsyncClient:
    """A client that may do everything, and looks at every answer as all answers are to be."""
    client = await client_of(*SCOPES)
    client.event_hooks["response"] = [as_all_answers_are]
    client.headers["X-Request-Id"] = "ground-1"
    client.headers["Accept-Encoding"] = "identity"
    return client


async def as_all_answers_are(answer: httpx.Response) -> None:
    assert answer.headers["x-request-id"] == "ground-1"
    if "surprise" not in answer.request.url.params:  # which is refused before it is asked who calls
        assert re.fullmatch(r'"calls";q=\d+;w=10', answer.headers["ratelimit-policy"])
        assert re.fullmatch(r'"calls";r=\d+;t=\d+', answer.headers["ratelimit"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status_code < 400:
        return
    await answer.aread()
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    problem = NAMES[body["type"].removeprefix(problems.BASE)]
    assert body.keys() - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert (body["status"], body["title"]) == (answer.status_code, problem.title) == (problem.status, problem.title)
    assert body["instance"] == answer.request.url.path
    assert body["detail"]
    assert all(fault.keys() == {"pointer", "detail"} and fault["detail"] for fault in body.get("errors", ()))


def documented(route: Route, answer: httpx.Response) -> bool:
    """Tell whether an answer's status is one that the document says."""
    return str(answer.status_code) in route.operation["responses"]


async def made_by(client: httpx.AsyncClient) -> dict[str, str]:
    """Make one of each thing that takes no batch; returns their ids by collection."""
    made = {
        "offers": (await post(client, "offer", offer_body()))["id"],
        "requests": (await post(client, "request", request_body()))["id"],
        "series": (await post(client, "offer", offer_body(recurrence=WEEKLY)))["id"],
        "webhook-endpoints": (await client.post("/v1/webhook-endpoints", json=HOOK)).json()["id"],
        "commuters": "rob", "other_id": "dora",
    }  # fmt: skip
    lines = {"content": b'{"kind": "offer"}\n', "headers": {"Content-Type": "application/x-ndjson"}}
    made["imports"] = (await client.post("/v1/imports", **lines)).json()["id"]
    made["partners"] = (await client.post("/v1/partners", json={"name": "new"})).json()["id"]
    made["keys"] = (await client.post(f"/v1/partners/{made['partners']}/keys", json={})).json()["id"]
    return made | {"batches": (await client.post("/v1/batches", json={})).json()["id"]}


async def proposed(context: Context, client: httpx.AsyncClient) -> dict[str, Any]:
    """Return a match that is proposed."""
    await post(client, "offer", offer_body())
    await post(client, "request", request_body())
    await run_batch(context)
    return (await client.get("/v1/matches")).json()["items"][0]
