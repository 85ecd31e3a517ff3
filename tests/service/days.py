"""A day in the life of a store, so that every index and queue has something in it."""

from __future__ import annotations

import httpx

from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.rides import carrying, confirm, post, status, there_and_back


async def live_a_day(context: Context, caller: httpx.AsyncClient) -> None:
    """Post, match, answer, cancel, so that every index and queue has something in it."""
    url = {"url": "https://203.0.113.7/in"}
    assert (await caller.post("/v1/webhook-endpoints", json=url)).status_code == 201
    await there_and_back(caller)
    either = [await post(caller, kind, {**body(commuter_id="zoe"), "either": "zoe:morning"})
              for kind, body in (("offer", offer_body), ("request", request_body))]  # fmt: skip
    assert (await run_batch(context)).matches >= 2
    first = await carrying(caller, either[0] if (await status(caller, either[0])) == "proposed" else either[1])
    await confirm(caller, *({"id": trip_id} for trip_id in first["awaiting"]))
    gone = await post(caller, "request", request_body(commuter_id="al"))
    assert (await caller.delete(f"/v1/requests/{gone['id']}")).status_code == 200
    assert (await caller.post("/v1/batches")).status_code == 202
    await post(caller, "request", request_body(commuter_id="colon:ed", external_id="a:{b} %s"))
    await relayed(context)
    assert (await caller.delete(f"/v1/requests/{(await post(caller, 'request', request_body()))['id']}")).is_success
