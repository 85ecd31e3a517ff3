"""The demo's client sends again what may be sent again, under one key, and says plainly what can not."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from service.demo.client import Api
from service.demo.errors import DemoFailed
from tests.demo.scripted import Scripted, scripted

PROBLEM = {
    "type": "about:blank", "title": "Invalid", "status": 422, "detail": "one fault", "instance": "/v1/offers",
    "errors": [{"pointer": "/seats", "detail": "is above 8"}],
}  # fmt: skip


@pytest.fixture
def serve() -> Iterator[Callable[..., Scripted]]:
    with ExitStack() as opened:
        yield lambda *script: opened.enter_context(scripted(*script))


def call(url: str, act):
    async def run():
        async with Api(url, "cpk_x") as api:
            return await act(api)

    return asyncio.run(run())


def test_a_busy_service_is_asked_again_under_the_same_idempotency_key(serve):
    server = serve((429, {}), (503, {}), (201, {"id": "off_1"}))
    assert call(server.url, lambda api: api.post("/v1/offers", {"seats": 3})) == {"id": "off_1"}
    keys = [headers["idempotency-key"] for _, _, headers, _ in server.asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert {body for *_, body in server.asked} == {b'{"seats":3}'}
    assert server.asked[0][2]["authorization"] == "Bearer cpk_x"


def test_two_posts_have_two_keys(serve):
    server = serve((201, {}), (201, {}))

    async def twice(api):
        await api.post("/v1/offers", {})
        await api.post("/v1/offers", {})

    call(server.url, twice)
    assert len({headers["idempotency-key"] for _, _, headers, _ in server.asked}) == 2


def test_a_refusal_is_told_with_its_pointer_and_not_repeated(serve):
    server = serve((422, PROBLEM))
    with pytest.raises(DemoFailed, match=r"POST /v1/offers: 422 Invalid: one fault /seats is above 8"):
        call(server.url, lambda api: api.post("/v1/offers", {"seats": 9}))
    assert len(server.asked) == 1


def test_a_service_that_stays_busy_ends_the_demo(serve):
    server = serve(*[(503, {"title": "Away", "detail": "the store is out of reach"})] * 6)
    with pytest.raises(DemoFailed, match="503 Away: the store is out of reach"):
        call(server.url, lambda api: api.get("/v1/matches"))


def test_all_pages_of_a_list_are_read(serve):
    pages = [{"items": [{"id": 1}, {"id": 2}], "next_cursor": "c2"}, {"items": [{"id": 3}], "next_cursor": None}]
    server = serve(*((200, page) for page in pages))

    async def read(api):
        return [item["id"] async for item in api.items("/v1/matches", status="proposed")]

    assert call(server.url, read) == [1, 2, 3]
    assert [path for _, path, *_ in server.asked] == [
        "/v1/matches?limit=500&status=proposed",
        "/v1/matches?limit=500&cursor=c2&status=proposed",
    ]
