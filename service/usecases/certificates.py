"""What proves a batch to whoever doubts it: an exact certificate made with it, a coarse one made when asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from matching import Instance, Plan
from service.errors import NotFound, WrongState
from service.ids import is_id
from service.model.batches import Places
from service.model.partners import Caller
from service.processes import aside
from service.store import certificates as store_certificates
from service.store import trips
from service.store.leases import Lease
from service.usecases.batches import find_batch, get_batch
from service.usecases.certified import coarse_instance, make_certificate
from service.usecases.context import Context

SolveUnlessStopped = Callable[[Instance], Awaitable[Plan | None]]


async def get_certificate(context: Context, caller: Caller, batch_id: str, places: Places) -> bytes | None:
    """Return the certificate of a batch; None where it is asked for and not yet made.

    Raises NotFound, and WrongState where the batch has no plan.
    """
    batch = await get_batch(context, caller, batch_id)
    if batch.status != "completed":
        hint = "a failed batch has no plan" if batch.status == "failed" else "read the batch until it is completed"
        raise WrongState(batch_id, batch.status, "a certificate", hint)
    kept = await store_certificates.read(context.store, batch.market, batch_id, places)
    if kept:
        return kept
    if kept is not None:
        raise NotFound("coarse certificate of", batch_id, "it could not be made, and the log says why")
    if places == "coarse" and await store_certificates.ask_coarse(context.store, batch.market, batch_id):
        return None
    raise NotFound("certificate of", batch_id, "CARPOOL_CERTIFICATES_MB limits what is kept; the log tells of the rest")


async def exact_of(context: Context, batch_id: str) -> bytes:
    """Return the exact certificate of a batch of any market, for whoever acts on the store itself. Raises NotFound."""
    markets = await trips.markets(context.store) if is_id(batch_id, "batch") else ()
    for market in markets:
        kept = await store_certificates.read(context.store, market, batch_id, "exact")
        if kept:
            return kept
    await find_batch(context, markets, batch_id)
    raise NotFound("certificate of", batch_id, "CARPOOL_CERTIFICATES_MB limits what is kept; failed batches have none")


async def make_coarse(context: Context, market: str, lease: Lease, batch_id: str, solve: SolveUnlessStopped) -> None:
    """Make the coarse certificate of a batch, unless the solver is stopped. Raises StaleLease, StoreUnavailable."""
    exact = await store_certificates.read(context.store, market, batch_id, "exact")
    if not exact:
        return  # dropped while it waited
    instance = await aside(lambda: coarse_instance(exact))
    plan = await solve(instance)
    if plan is not None:
        made = await make_certificate(context, batch_id, "coarse", instance, plan)
        await keep_coarse(context, market, lease, batch_id, made)


async def keep_coarse(context: Context, market: str, lease: Lease, batch_id: str, made: bytes | None) -> None:
    """Keep the coarse certificate of a batch, or that none can be made. Raises StaleLease, StoreUnavailable."""
    most = context.settings.certificates_bytes
    await store_certificates.put_coarse(context.store, market, lease, batch_id, made or b"", most)
