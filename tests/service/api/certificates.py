"""How the tests of certificates get one, and let it speak for itself."""

from __future__ import annotations

from typing import Any

import httpx

from matching import certified_from_json
from matching.verify import verify
from service.store import certificates, leases
from service.usecases.certificates import SolveUnlessStopped, make_coarse
from service.usecases.context import Context


async def certificate_of(client: httpx.AsyncClient, batch_id: str, places: str = "exact") -> dict[str, Any]:
    answer = await client.get(f"/v1/batches/{batch_id}/certificate?places={places}")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def proves_itself(document: dict[str, Any]) -> bool:
    """Say whether a certificate shows, from itself alone, that nothing scores more than its bound."""
    return verify(*certified_from_json(document)).faults == ()


async def make_what_was_asked(context: Context, solve: SolveUnlessStopped) -> None:
    """Make the coarse certificate that was asked for first, as a matcher does between batches."""
    lease = await leases.take(context.store, "main", leases.MATCHER, "test", context.clock.now(), 60)
    asked = await certificates.take_asked(context.store, "main")
    assert lease is not None
    assert asked is not None
    await make_coarse(context, "main", lease, asked, solve)
