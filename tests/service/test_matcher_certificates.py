"""The matcher makes the coarse certificates that were asked for; one that can not be made costs nobody anything."""

from __future__ import annotations

import pytest

from service.errors import NotFound
from service.model.partners import Caller
from service.store import batches, certificates
from service.store.listing import PageOf
from service.usecases.certificates import get_certificate
from service.usecases.context import Context
from tests.service.making import eventually
from tests.service.matchers import ask_for_batch, breaks_once, engine, matching, offer_and_request

pytestmark = pytest.mark.anyio
OPERATOR = Caller("par_x", "key_x", frozenset(), sandbox=False)


async def the_batch(context: Context) -> str:
    """Return the id of the first batch once it has ended."""

    async def ended() -> str | None:
        found = (await batches.list_batches(context.store, ["main"], PageOf())).items
        return found[-1].id if found and found[-1].status == "completed" else None

    id_: str = await eventually(ended)
    return id_


async def test_a_coarse_certificate_that_was_asked_for_is_made_beside_the_batches(real_context: Context) -> None:
    await offer_and_request(real_context)
    async with matching(real_context, engine):
        id_ = await the_batch(real_context)
        assert await get_certificate(real_context, OPERATOR, id_, "coarse") is None
        made = await eventually(lambda: get_certificate(real_context, OPERATOR, id_, "coarse"))
        assert made != await get_certificate(real_context, OPERATOR, id_, "exact")


async def test_a_certificate_that_can_not_be_made_says_so_and_batches_go_on(real_context: Context) -> None:
    await offer_and_request(real_context)
    async with matching(real_context, breaks_once(1)):
        id_ = await the_batch(real_context)
        assert await get_certificate(real_context, OPERATOR, id_, "coarse") is None

        async def given_up() -> bool:
            return await certificates.read(real_context.store, "main", id_, "coarse") == b""

        await eventually(given_up)
        with pytest.raises(NotFound, match="could not be made"):
            await get_certificate(real_context, OPERATOR, id_, "coarse")
        asked = await ask_for_batch(real_context)

        async def ended() -> bool:
            (batch,) = await batches.get_batches(real_context.store, "main", [asked])
            return batch is not None and batch.status == "completed"

        await eventually(ended)
