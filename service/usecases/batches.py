"""One batch: open trips to an instance, a plan that the referee passes, and each car proposed in one step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from matching import Instance, Plan, check
from service import tracing
from service.clock import to_ms
from service.errors import NotFound
from service.ids import is_id
from service.model.batches import Batch
from service.model.markets import Market
from service.model.partners import Caller
from service.model.trips import Trip
from service.store import batches as store_batches
from service.store import match_changes
from service.store import matches as store_matches
from service.store import profiles as store_profiles
from service.store import trips as store_trips
from service.store.damaged import SET_ASIDE, Contradiction, set_aside
from service.store.leases import Lease
from service.store.listing import Page, PageOf
from service.store.match_changes import Proposal
from service.store.once import Once
from service.usecases import answers, moves, trips, underway
from service.usecases.certified import make_certificate
from service.usecases.context import Context, in_world
from service.usecases.idempotency import reserve
from service.usecases.places import market_of_worker, markets_of_id, named_market, visible_markets
from service.usecases.planned import make_proposals
from service.usecases.snapshot import Snapshot, take_snapshot

Solve = Callable[[Instance], Awaitable[Plan]]
_PROPOSED_AT_ONCE = 200
_MOST_STARTS = 3
log = structlog.get_logger()


async def ask_for_batch(
    context: Context, caller: Caller, name: str, once: Callable[[Batch], Once | None]
) -> tuple[Batch, str | None]:
    """Queue a batch of a market; returns it and, where the idempotency key was seen, the first answer.

    Raises Invalid, KeyReused.
    """
    market = await named_market(context, caller, name)
    batch = Batch(
        id=context.new_id("batch", market.number),
        market=market.name,
        status="requested",
        created_at=context.clock.now(),
    )
    kept = once(batch)
    _, first = await reserve(context, caller, kept, market)
    if first is None:
        first = await store_batches.request_batch(context.store, batch, caller.partner_id, kept)
    return batch, first


async def get_batch(context: Context, caller: Caller, batch_id: str) -> Batch:
    """Return a batch of a market that the caller may see. Raises NotFound."""
    markets = await markets_of_id(context, caller, batch_id) if is_id(batch_id, "batch") else ()
    return await find_batch(context, [market.name for market in markets], batch_id)


async def find_batch(context: Context, markets: Iterable[str], batch_id: str) -> Batch:
    """Return a batch of one of these markets. Raises NotFound."""
    for market in markets:
        (batch,) = await store_batches.get_batches(context.store, market, [batch_id])
        if batch is not None:
            return batch
    raise NotFound("batch", batch_id)


async def list_batches(context: Context, caller: Caller, page: PageOf, name: str | None) -> Page[Batch]:
    """Return a page of the batches of a market, or of all that the caller may see."""
    markets = await visible_markets(context, caller)
    if name is not None:
        markets = [market for market in markets if market == name]
    return await store_batches.list_batches(context.store, markets, page)


async def expire_due(context: Context, market: str) -> int:
    """End all trips, proposals and rides whose time has run out; returns how many were due. Trips to decide begin.

    Each is judged by itself: what can not be read or ended is set aside, for it would come first for ever.
    """
    await trips.begin_deciding(context, market)
    due = await store_matches.due_ids(context.store, market, to_ms(context.clock.now()))
    match_ids = [id_ for id_ in due if is_id(id_, "match")]
    await _expire_trips(context, market, [id_ for id_ in due if id_ not in set(match_ids)])
    await _expire_matches(context, market, match_ids)
    return len(due)


async def _expire_trips(context: Context, market: str, ids: Sequence[str]) -> None:
    found, damaged = await store_trips.read_each(context.store, market, ids)
    for id_ in damaged:
        await set_aside(context.store, market, "trip", id_)
    for trip in found:
        if trip.status == "open":
            await trips.expire(context, market, trip.id)
        else:
            await set_aside(context.store, market, "trip", trip.id, unless="open")


async def _expire_matches(context: Context, market: str, ids: Sequence[str]) -> None:
    found, damaged = await store_matches.read_each(context.store, market, ids)
    for id_ in damaged:
        await set_aside(context.store, market, "match", id_)
    for match in found:
        under_way = match.status == "under_way"
        if not (match.asks or under_way):
            await set_aside(context.store, market, "match", match.id, unless="proposed")
            continue
        try:
            await (underway.complete_unsaid if under_way else answers.expire)(context, market, match.id)
        except Contradiction as error:
            SET_ASIDE.labels("match").inc()
            await set_aside(context.store, market, "match", error.id)


async def run_batch(context: Context, lease: Lease, batch: Batch, solve: Solve) -> Batch:
    """Run one batch to its end and write it down, by the policy as it is when it begins.

    Raises StaleLease, StoreUnavailable.
    """
    started = context.clock.now()
    running = replace(batch, status="running", version=batch.version + 1, started_at=started)
    if await _put(context, running, lease) > _MOST_STARTS:
        return await fail(
            context, lease, running, f"was started {_MOST_STARTS} times and never ended; the log may say why"
        )
    context.markets.forget()
    market = await market_of_worker(context, batch.market)
    with tracing.span("read"):
        snapshot = await take_snapshot(context, market, started)
    held = [rider for car in snapshot.cars.values() for rider in car.match.riders]
    sized = replace(
        running, offers=len(snapshot.instance.offers) - len(snapshot.cars),
        requests=len(snapshot.instance.requests) - len(held),
    )  # fmt: skip
    for trip_id in snapshot.set_aside:
        await set_aside(context.store, batch.market, "trip", trip_id)
    for match_id in snapshot.damaged_matches:
        await set_aside(context.store, batch.market, "match", match_id)
    with tracing.span("solve"):
        plan = await solve(snapshot.instance)
    # A sandbox's clock may have been moved meanwhile: what is proposed on the time before that is over at once.
    context = await in_world(context, batch.market)
    ended = await _propose_plan(context, lease, market, sized, snapshot, plan)
    certificate = None
    if ended.status == "completed":  # with it, so that who sees the one can read the other
        certificate = await make_certificate(context, batch.id, "exact", snapshot.instance, plan)
    final = replace(ended, version=ended.version + 1, finished_at=context.clock.now())
    await _put(context, final, lease, certificate)
    if final.status == "completed":
        await store_trips.note_seen(context.store, batch.market, snapshot.changes)
        # Those proposed by now have another version.
        lost = [trip for id_, trip in snapshot.trips.items() if trip.promised and id_ not in snapshot.guests]
        await store_trips.widen(context.store, batch.market, lost)
    return final


async def fail(context: Context, lease: Lease, batch: Batch, detail: str) -> Batch:
    """Write down that a batch failed. Raises StaleLease, StoreUnavailable."""
    failed = replace(
        batch, status="failed", version=batch.version + 1, finished_at=context.clock.now(), detail=detail
    )  # fmt: skip
    await _put(context, failed, lease)
    return failed


async def fail_abandoned(context: Context, market: str, lease: Lease) -> list[Batch]:
    """Fail the batches that a matcher left running; those that were asked for are run again instead.

    For whoever has just taken over a market and runs no batch of it yet. Raises StaleLease, StoreUnavailable.
    """
    asked = set(await store_batches.requested_batches(context.store, market))
    left = [batch for batch in await store_batches.running_batches(context.store, market) if batch.id not in asked]
    return [await fail(context, lease, batch, "the matcher that ran it is gone") for batch in left]


async def _propose_plan(
    context: Context, lease: Lease, market: Market, batch: Batch, snapshot: Snapshot, plan: Plan
) -> Batch:
    guests = {"trips_of_neighbours": len(snapshot.guests)} if snapshot.guests else {}
    cars = {"agreed_cars": len(snapshot.cars)} if snapshot.cars else {}
    judged = replace(
        batch, score=plan.score, bound=plan.bound, bound_scope=plan.bound_scope, timing_s=dict(plan.timing_s),
        sizes=dict(plan.sizes) | guests | cars,
    )  # fmt: skip
    broken = check(snapshot.instance, plan)
    if broken:
        log.error("plan_refused", batch=batch.id, market=batch.market, rules=len(broken))
        return replace(judged, status="failed", detail=f"the plan breaks {len(broken)} rules; nothing was proposed")
    now = context.clock.now()
    trips = await _named(context, batch.market, _priced(snapshot.trips, plan), plan)
    groups = make_proposals(context, market, batch.id, plan.matches, trips, now, snapshot.cars)
    # The notice is measured from the snapshot, and the solver may have taken longer than that.
    ahead = [group for group in groups if all(proposal.leaves_at > now for proposal in group)]
    here = await _with_guests(context, batch.market, snapshot, ahead)
    proposed, moved = await _propose(context, batch.market, lease, here)
    return replace(
        judged, status="completed", matches=len(proposed), riders=sum(p.riders for p in proposed),
        withdrawn=sum(map(len, groups)) - sum(map(len, here)) + moved,
    )  # fmt: skip


def _priced(trips: Mapping[str, Trip], plan: Plan) -> dict[str, Trip]:
    """Return the trips of a plan's cars with their duals, by which others learn what a seat was worth."""
    if plan.certificate is None:
        return dict(trips)
    duals = plan.certificate.offers | plan.certificate.requests
    matched = {id_ for car in plan.matches for id_ in (car.offer, *car.requests) if id_ in trips}
    return {**trips, **{id_: replace(trips[id_], price_s=round(duals.get(id_, 0))) for id_ in matched}}


async def _named(context: Context, market: str, trips: Mapping[str, Trip], plan: Plan) -> dict[str, Trip]:
    """Return the trips of a plan's cars with how their people want to be called."""
    matched = [trips[id_] for car in plan.matches for id_ in (car.offer, *car.requests) if id_ in trips]
    people = {trip.id: (trip.partner_id, trip.draft.commuter_id) for trip in matched}
    names = await store_profiles.names_of(context.store, market, set(people.values()))
    return {**trips, **{trip.id: replace(trip, display_name=names.get(people[trip.id])) for trip in matched}}


async def _with_guests(
    context: Context, market: str, snapshot: Snapshot, groups: Sequence[Sequence[Proposal]]
) -> list[Sequence[Proposal]]:
    """Move the neighbours' trips that these groups match to this market; returns the groups whose trips all came."""
    matched = {trip.id for group in groups for proposal in group for trip in proposal.trips}
    wanted = {id_: guest for id_, guest in snapshot.guests.items() if id_ in matched}
    missing = wanted.keys() - await moves.take_in(context, market, wanted)
    return [
        group for group in groups
        if missing.isdisjoint(trip.id for proposal in group for trip in proposal.trips)
    ]  # fmt: skip


async def _propose(
    context: Context, market: str, lease: Lease, groups: Sequence[Sequence[Proposal]]
) -> tuple[list[Proposal], int]:
    """Propose group after group; returns the proposals that stand and how many found something moved meanwhile."""
    stand: list[Proposal] = []
    withdrawn = 0
    for first in range(0, len(groups), _PROPOSED_AT_ONCE):
        chunk = groups[first : first + _PROPOSED_AT_ONCE]
        moved = await match_changes.propose(context.store, market, lease, chunk)
        stand += [proposal for group, trip in zip(chunk, moved, strict=True) if trip is None for proposal in group]
        withdrawn += sum(len(group) for group, trip in zip(chunk, moved, strict=True) if trip is not None)
    return stand, withdrawn


async def _put(context: Context, batch: Batch, lease: Lease, certificate: bytes | None = None) -> int:
    settings = context.settings
    return await store_batches.put_batch(
        context.store, batch, lease, settings.retention_days * 86_400, certificate, settings.certificates_bytes
    )
