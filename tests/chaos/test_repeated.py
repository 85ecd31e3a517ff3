"""A POST that is sent many times at once, to several processes: one resource, and the same bytes for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from loadtests.pages import everything
from tests.chaos.soundness import key_of, tell
from tests.factories import offer_body, request_body, tomorrow
from tests.serving import match_only_when_asked, serving

pytestmark = pytest.mark.slow
TIMES = 50


def test_the_same_idempotency_key_fifty_times_at_once_makes_one_resource(tmp_path: Path) -> None:
    with serving(tmp_path / "data", api_workers=3, batch_interval_s=3600) as service:
        partner, operator = service.partner()
        match_only_when_asked(operator)
        bodies: list[tuple[httpx.Client, str, dict[str, Any]]] = [
            (partner, "offers", tomorrow(offer_body())), (partner, "requests", tomorrow(request_body())),
            (partner, "webhook-endpoints", {"url": "http://127.0.0.1:9/gone"}), (operator, "batches", {}),
        ]  # fmt: skip
        for client, collection, body in bodies:
            before = {item["id"] for item in everything(client, collection)}
            answers = at_once(service.url, key_of(client), f"/v1/{collection}", body)
            assert {answer.status_code for answer in answers} <= {201, 202}
            assert len({answer.content for answer in answers}) == 1
            first = answers[0].json()["id"]
            assert {answer.headers["Location"] for answer in answers} == {f"/v1/{collection}/{first}"}
            assert {item["id"] for item in everything(client, collection)} - before == {first}
            replayed = sum(answer.headers.get("Idempotent-Replayed") == "true" for answer in answers)
            assert replayed == TIMES - 1
            tell("repeated", collection=collection, times=TIMES, made=1, replayed=replayed)


def at_once(url: str, key: str, path: str, body: dict[str, Any]) -> Sequence[httpx.Response]:
    """Send a POST from as many connections as times, so that all processes get some of them."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"once {path}"}
    with (
        httpx.Client(base_url=url, headers=headers, timeout=60, limits=httpx.Limits(max_connections=TIMES)) as client,
        ThreadPoolExecutor(TIMES) as pool,
    ):
        return list(pool.map(lambda _: client.post(path, json=body), range(TIMES)))
