"""A process that is stopped in the midst of an import, past its lease, and goes on once a person in it was erased."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.importer import Importer
from service.model.imports import Import
from service.model.partners import Caller
from service.secrets import Cipher
from service.store import erasing as store_erasing
from service.store import imports as store_imports
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases import imports, partners
from service.usecases.checkup import check_up
from service.usecases.context import Context
from service.usecases.erasing import erase
from tests.chaos.roles import running
from tests.conftest import SECRET_KEY, FakeClock
from tests.factories import request_body
from tests.service.making import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
LINES = 6000  # nine pieces, every other line one person's


@pytest.mark.parametrize("taken_over", [False, True], ids=["alone", "taken over"])
async def test_a_process_stopped_in_an_import_posts_nobody_who_was_erased_meanwhile(
    store: Store, valkey: EmbeddedStore, real_context: Context, tmp_path: Path, taken_over: bool
) -> None:
    context = Context(store, real_context.clock, real_context.settings, Cipher(SECRET_KEY))
    partner = await partners.create_partner(context, "acme")
    caller = Caller(partner.id, "key_x", frozenset(), sandbox=False)
    sent = await send(context, caller, ["ada", "eve"] * (LINES // 2))
    async with running("matcher", valkey, tmp_path / "matcher.log", batch_interval_s=600) as process:
        await eventually(lambda: stopped_in_a_piece(process, context, caller, sent), 120)
        if taken_over:
            later = FakeClock(context.clock.now() + timedelta(seconds=31))
            assert await Importer(Context(store, later, context.settings)).round(asyncio.Event())
        await erase(context, caller, "ada")
        process.send_signal(signal.SIGCONT)
        await eventually(lambda: is_over(context, sent), 120)
        last = await send(context, caller, ["zoe"])  # which it posts when it has done with the one before
        await eventually(lambda: is_over(context, last), 60)
        process.terminate()
        assert await process.wait() == 0
    done = await found(context, sent)
    assert (done.status, done.read, done.posted + done.refused) == ("completed", LINES, LINES)
    assert 0 < done.refused <= LINES // 2
    assert await store_erasing.listed(store, "main", partner.id, "ada") == set()
    assert len(await store_erasing.listed(store, "main", partner.id, "eve")) == LINES // 2
    assert (await check_up(context)).wrong == 0


async def send(context: Context, caller: Caller, people: list[str]) -> Import:
    """Send a line for each of these people."""
    leave = context.clock.now() + timedelta(hours=3)
    times = {"earliest_departure": leave.isoformat(), "latest_arrival": (leave + timedelta(hours=1)).isoformat()}

    async def chunks() -> AsyncIterator[bytes]:
        for who in people:
            yield json.dumps({"kind": "request", **request_body(**times, commuter_id=who)}).encode() + b"\n"

    return (await imports.take(context, caller, chunks(), lambda _: None))[0]


async def found(context: Context, sent: Import) -> Import:
    """Return an import as it is kept now."""
    kept = await store_imports.get(context.store, sent.owner, sent.id)
    assert kept is not None
    return kept


async def is_over(context: Context, sent: Import) -> bool:
    """Say whether an import has been posted."""
    return (await found(context, sent)).finished_at is not None


async def stopped_in_a_piece(
    process: asyncio.subprocess.Process, context: Context, caller: Caller, sent: Import
) -> bool:  # fmt: skip
    """Stop a process; leave it so where it has posted some lines of a piece and not all."""
    process.send_signal(signal.SIGSTOP)
    posted = 0
    while posted != (posted := len(await store_erasing.listed(context.store, "main", caller.partner_id, "eve"))):
        await store_imports.get(context.store, sent.owner, sent.id)  # what had been sent already is done before this
    so_far = await found(context, sent)
    assert so_far.finished_at is None
    if posted > so_far.posted // 2 + 10:
        return True
    process.send_signal(signal.SIGCONT)
    return False
