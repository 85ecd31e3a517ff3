"""Which endpoints may be made."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest

from service.addresses import Address, NotFoundInDns
from service.clock import to_ms
from service.errors import Invalid, SettingError
from service.model.partners import Caller
from service.secrets import Cipher
from service.settings import Settings
from service.usecases import webhooks
from service.usecases.context import Context
from service.usecases.webhooks import EndpointDraft
from tests.conftest import SECRET_KEY

pytestmark = pytest.mark.anyio
CALLER = Caller("par_1", "key_1", frozenset({"webhooks:manage"}), sandbox=False)


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Stand for the name servers of the world."""
    known = {
        "public.example": ["8.8.8.8", "2606:4700::1"], "private.example": ["10.0.0.7"],
        "mixed.example": ["8.8.8.8", "169.254.169.254"], "mapped.example": ["::ffff:127.0.0.1"],
    }  # fmt: skip
    if host == "hanging.example":
        await asyncio.Event().wait()
    if host not in known:
        raise NotFoundInDns(host)
    return [ip_address(text) for text in known[host]]


async def create(context: Context, url: str, **settings: bool) -> str:
    strict = replace(context, settings=Settings(**settings), resolve=resolve)
    document, _ = await webhooks.create_endpoint(strict, CALLER, EndpointDraft(url, (), ""), lambda _: None)
    return str(document["url"])


@pytest.mark.parametrize("host", ["private.example", "mixed.example", "mapped.example"])
async def test_host_with_a_private_address_is_refused(context: Context, host: str) -> None:
    with pytest.raises(Invalid, match="/url: leads to an address that is not public"):
        await create(context, f"https://{host}/in")


@pytest.mark.parametrize(
    "url", ["http://public.example/in", "https://public.example:25/in", "https://u@public.example/"]
)
async def test_url_that_breaks_a_rule_is_refused(context: Context, url: str) -> None:
    with pytest.raises(Invalid, match="/url: "):
        await create(context, url)


@pytest.mark.parametrize("host", ["public.example", "unknown.example", "hanging.example"])
async def test_public_host_is_taken_and_one_that_can_not_be_looked_up_just_now(context: Context, host: str) -> None:
    assert await create(context, f"https://{host.upper()}/in") == f"https://{host}/in"


async def test_development_takes_any_host(context: Context) -> None:
    assert await create(context, "http://127.0.0.1:9/in", allow_private_webhooks=True) == "http://127.0.0.1:9/in"


async def test_secrets_sealed_anew_are_the_same_and_need_the_old_key_no_longer(context: Context) -> None:
    draft = EndpointDraft("https://public.example/in", (), "", asymmetric=True)
    made, _ = await webhooks.create_endpoint(context, CALLER, draft, lambda _: None)
    rotated, _ = await webhooks.rotate_secret(context, CALLER, made["id"], None, timedelta(days=1), lambda _: None)
    fresh = base64.b64encode(bytes(range(32))).decode()
    lost, other = await webhooks.reseal_secrets(replace(context, cipher=Cipher(fresh)))
    assert (lost, other) == (0, [made["id"]])
    assert await webhooks.reseal_secrets(replace(context, cipher=Cipher(f"{fresh},{SECRET_KEY}"))) == (3, [])
    assert await webhooks.reseal_secrets(replace(context, cipher=Cipher(fresh))) == (0, [])
    kept = await webhooks.get_endpoint(context, CALLER, made["id"])
    signing = [Cipher(fresh).open(sealed) for sealed in kept.signing_at(to_ms(context.clock.now()))]
    assert len(signing) == 4
    assert {rotated["secret"], made["secret"]} < set(signing)


async def test_without_a_key_no_secret_is_made(context: Context) -> None:
    with pytest.raises(SettingError, match="CARPOOL_SECRET_KEY"):
        await create(replace(context, cipher=None), "https://public.example/in")
