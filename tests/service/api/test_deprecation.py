"""A route that is to go says so on each of its answers and in the document; the others say nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from openapi_spec_validator import validate
from starlette.responses import Response

from service.api.app import create_app
from service.api.auth import Needs
from service.api.bodies import body_of, json_schema
from service.api.deprecation import Deprecated
from service.api.documented import answers
from service.api.openapi import openapi_of
from service.api.queries import no_query
from service.api.schemas import ClockBody
from service.errors import Invalid, NotFound
from service.model.partners import Caller
from service.usecases import partners
from service.usecases.context import Context

pytestmark = pytest.mark.anyio
SINCE, SUNSET = datetime(2027, 3, 1, tzinfo=UTC), datetime(2028, 3, 1, 12, tzinfo=UTC)
LINK = "https://carpool.example/changelog#old"
TOLD = {
    "deprecation": "@1803859200",
    "sunset": "Wed, 01 Mar 2028 12:00:00 GMT",
    "link": '<https://carpool.example/changelog#old>; rel="deprecation"',
}


def _old() -> APIRouter:
    """Return a route that is to go."""
    router = APIRouter(prefix="/v1/old", tags=["Old"])

    @router.post(
        "/{how}", operation_id="old", summary="What is to go", responses=answers(ClockBody, 200, 404, 413, 415),
        openapi_extra=json_schema(ClockBody),
        dependencies=[Depends(Deprecated(SINCE, SUNSET, LINK)), Depends(no_query)],
    )  # fmt: skip
    async def old(
        how: str,
        caller: Annotated[Caller, Depends(Needs("trips:read"))],
        body: Annotated[Any, Depends(body_of(ClockBody))],
    ) -> Response:
        if how == "broken":
            raise RuntimeError(how)
        if how == "away":
            raise NotFound("thing", how)
        return Response(b"x" * 2000)

    return router


@pytest.fixture
def app(context: Context) -> FastAPI:
    app = create_app(context)
    router = _old()
    app.include_router(router)
    app.openapi = lambda: openapi_of(app, [router], "1")  # type: ignore[method-assign]
    return app


@pytest.fixture
async def client(context: Context, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    key = await partners.create_key(context, (await partners.create_partner(context, "acme")).id)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key.text}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as opened:
        yield opened


def told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name in TOLD}


@pytest.mark.parametrize(
    ("path", "call", "status"),
    [
        ("/v1/old/kept", {}, 200),
        ("/v1/old/kept", {"headers": {"Accept-Encoding": "identity"}}, 200),
        ("/v1/old/away", {}, 404),
        ("/v1/old/broken", {}, 500),
        ("/v1/old/kept", {"json": {"surprise": 1}}, 422),
        ("/v1/old/kept?surprise=1", {}, 422),
        ("/v1/old/kept", {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ("/v1/old/kept", {"headers": {"Authorization": ""}}, 401),
    ],
)
async def test_each_answer_of_a_route_that_goes_says_so(
    client: httpx.AsyncClient, path: str, call: dict[str, Any], status: int
) -> None:
    sent = call if "content" in call else {"json": {"now": "2027-03-01T07:30:00+01:00"}, **call}
    answer = await client.post(path, **sent)
    assert (answer.status_code, told(answer)) == (status, TOLD), answer.text


async def test_a_route_that_stays_says_nothing(client: httpx.AsyncClient) -> None:
    assert told(await client.get("/v1/offers")) == {}
    assert told(await client.get("/v1/nothing")) == {}


async def test_the_document_says_so_with_the_day_and_the_headers(app: FastAPI) -> None:
    document = app.openapi()
    validate(document)
    operation = document["paths"]["/v1/old/{how}"]["post"]
    assert (operation["deprecated"], operation["x-sunset"]) == (True, "2028-03-01")
    for code, response in operation["responses"].items():
        examples = {name.lower(): header["example"] for name, header in response["headers"].items()}
        assert examples == TOLD, code
    staying = [
        one for path, operations in document["paths"].items() for one in operations.values() if "/old/" not in path
    ]
    assert not any("deprecated" in one or "x-sunset" in one for one in staying)


def test_less_than_a_years_notice_is_refused() -> None:
    with pytest.raises(Invalid, match="365 days"):
        Deprecated(SINCE, datetime(2028, 2, 28, tzinfo=UTC), LINK)
