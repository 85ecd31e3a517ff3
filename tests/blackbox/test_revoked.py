"""What ends a key or a token through one API process ends it on another, at once: two processes share a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.model.partners import SCOPES
from service.secrets import Cipher
from service.store.embedded import EmbeddedStore
from service.usecases import partners
from service.usecases.context import Context
from tests.chaos.roles import running
from tests.clusters import free_ports
from tests.conftest import SECRET_KEY
from tests.service.making import eventually

pytestmark = pytest.mark.anyio
OTHER_SECRET = "B" * 43 + "="


@asynccontextmanager
async def api(valkey: EmbeddedStore, log: Path, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Run an API process for the length of a block."""
    (port,) = free_ports(1)
    async with (
        running("api", valkey, log, port=port, commuter_calls_per_s=1000, **settings),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):

        async def answers() -> bool:
            with suppress(httpx.ConnectError):
                return (await client.get("/healthz")).is_success
            return False

        await eventually(answers, 60)
        yield client


@pytest.fixture
async def two(valkey: EmbeddedStore, store: Any, tmp_path: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two API processes on one store."""
    async with api(valkey, tmp_path / "one.log") as one, api(valkey, tmp_path / "other.log") as other:
        yield [one, other]


@pytest.fixture
async def keys(real_context: Context) -> dict[str, Any]:
    """Two keys of one partner: one that is ended, and one that may do everything."""
    context = Context(real_context.store, real_context.clock, real_context.settings, Cipher(SECRET_KEY))
    partner = (await partners.create_partner(context, "acme")).id
    made = [await partners.create_key(context, partner, scopes=SCOPES) for _ in range(2)]
    return {"partner": partner, "id": made[0].key.id, "key": made[0].text, "operator": made[1].text}


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def opens(client: httpx.AsyncClient, text: str) -> bool:
    answer = await client.get("/v1/offers", headers=bearer(text))
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def token_of(client: httpx.AsyncClient, key: str, who: str = "dora") -> str:
    made = await client.post(f"/v1/commuters/{who}/tokens", json={}, headers=bearer(key))
    assert made.status_code == 200, made.text
    return str(made.json()["token"])


async def opened_after(other: httpx.AsyncClient, held: list[str], ending: Awaitable[httpx.Response]) -> list[bool]:
    """Return what a process, asked all the while, says to keys and tokens once the call that ends them is answered."""
    ended = asyncio.Event()

    async def ask(text: str) -> bool:
        before = await opens(other, text)
        while not ended.is_set():
            await opens(other, text)
        return before

    asking = [asyncio.create_task(ask(text)) for text in held]
    answer = await ending
    assert answer.is_success, answer.text
    after = [await opens(other, text) for text in held for _ in range(5)]
    ended.set()
    assert all(await asyncio.gather(*asking))
    return after


@pytest.mark.parametrize("how", ["revoke", "rotate"])
async def test_a_key_ended_through_one_process_opens_nothing_on_the_other_nor_do_its_tokens(
    two: list[httpx.AsyncClient], keys: dict[str, Any], how: str
) -> None:
    one, other = two
    held = [keys["key"], await token_of(one, keys["key"])]
    assert [await opens(other, text) for text in held] == [True, True]
    path = f"/v1/partners/{keys['partner']}/keys/{keys['id']}"
    ending = (
        one.delete(path, headers=bearer(keys["operator"])) if how == "revoke"
        else one.post(f"{path}/rotate", json={"overlap_s": 0}, headers=bearer(keys["operator"]))
    )  # fmt: skip
    assert not any(await opened_after(other, held, ending))


async def test_a_rotated_key_opens_on_both_processes_until_its_overlap_ends_and_no_longer(
    two: list[httpx.AsyncClient], keys: dict[str, Any]
) -> None:
    one = two[0]
    path = f"/v1/partners/{keys['partner']}/keys/{keys['id']}"
    rotated = await one.post(f"{path}/rotate", json={"overlap_s": 3}, headers=bearer(keys["operator"]))
    assert rotated.status_code == 201, rotated.text
    old = (await one.get(path, headers=bearer(keys["operator"]))).json()
    ends_at = datetime.fromisoformat(old["expires_at"])
    seen: set[tuple[str, bool]] = set()
    while ("after", False) not in seen:
        for client in two:
            begun = datetime.now(UTC)
            opened = await opens(client, keys["key"])
            when = "after" if begun >= ends_at else "before" if datetime.now(UTC) < ends_at else "meanwhile"
            seen.add((when, opened))
    assert {pair for pair in seen if pair[0] != "meanwhile"} == {("before", True), ("after", False)}
    assert [await opens(client, rotated.json()["key"]) for client in two] == [True, True]


async def test_a_commuter_signed_out_through_one_process_is_out_on_the_other(
    two: list[httpx.AsyncClient], keys: dict[str, Any]
) -> None:
    one, other = two
    held = [await token_of(one, keys["key"])]
    assert await opens(other, held[0])
    ending = one.delete("/v1/commuters/dora/tokens", headers=bearer(keys["key"]))
    assert not any(await opened_after(other, held, ending))
    assert await opens(other, await token_of(one, keys["key"]))


async def test_a_token_opens_nothing_where_the_key_that_signed_it_is_gone(
    valkey: EmbeddedStore, keys: dict[str, Any], tmp_path: Path
) -> None:
    both = f"{OTHER_SECRET},{SECRET_KEY}"
    async with api(valkey, tmp_path / "old.log") as old, api(valkey, tmp_path / "both.log", secret_key=both) as newer:
        first, second = await token_of(old, keys["key"]), await token_of(newer, keys["key"])
        assert (await opens(newer, first), await opens(newer, second)) == (True, True)
    async with api(valkey, tmp_path / "new.log", secret_key=OTHER_SECRET) as new:
        assert (await opens(new, first), await opens(new, second)) == (False, True)
