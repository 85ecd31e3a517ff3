"""Invite riders to a car that is agreed, by a batch, and take their answers. What is agreed stays until they join.

Whom the car carries already, and its driver, keep their promised times within five minutes and are not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from matching.model import Match
from service.clock import from_ms, rfc3339
from service.errors import Damaged, WrongState
from service.model.markets import Market
from service.model.matches import Answer, Call, Invitation, MatchRecord
from service.model.partners import Caller
from service.model.transitions import match_step
from service.model.trips import Trip
from service.store import trips as store_trips
from service.store.match_changes import Proposal
from service.usecases import agreeing
from service.usecases.advancing import Move, move_on
from service.usecases.agreed import Commitment
from service.usecases.cars import not_dearer
from service.usecases.context import Context
from service.usecases.matches import own_party
from service.usecases.places import place
from service.usecases.proposals import calls_of, communities_by_trip, figures, names_of, party_of
from service.usecases.telling import invited_view, tell_invited


def invite(
    context: Context, batch_id: str, car: Match, held: Commitment, trips: Mapping[str, Trip], now: datetime,
    ways: Mapping[str, tuple[str, str]],
) -> Proposal:  # fmt: skip
    """Return the invitation of those riders of a plan's car whom it does not carry yet; `ways`: their other ways."""
    everyone = {**trips, **held.people}
    driver, riders = everyone[car.offer], [everyone[id_] for id_ in car.requests]
    newcomers = tuple(rider for rider in riders if rider.id not in held.people)
    gained = figures(context, _from_doors(context, car, held), driver, riders)
    match, leaves_at = held.match, min(from_ms(car.stops[0].at * 1000), held.match.stops[0].at)
    step = match_step(match.id, match.status, "invite")
    invitation = Invitation(
        riders=tuple(party_of(rider, ways.get(rider.id)) for rider in newcomers),
        stops=tuple(_as_agreed(stop, match) for stop in calls_of(car, everyone)), detour_s=gained.detour_s,
        saved_s=gained.saved_s, saved_m=gained.saved_m, co2_saved_g=gained.co2_saved_g,
        cost_shares=not_dearer(gained.cost_shares, match.cost_shares),
        expires_at=min(now + timedelta(seconds=context.settings.hold_s), leaves_at), batch_id=batch_id,
    )  # fmt: skip
    known = match.communities
    inviting = replace(
        match, version=match.version + 1, seq=match.seq + 1, invitation=invitation,
        communities=None if known is None else {**known, **communities_by_trip(newcomers)},
        names={**match.names, **names_of(*newcomers)},
    )  # fmt: skip
    return Proposal(inviting, newcomers, tuple(tell_invited(inviting, step, rfc3339(now), None)), match)


def _from_doors(context: Context, car: Match, held: Commitment) -> Match:
    """Return a car of a plan, in which who is agreed rides from stop to stop, with what it saves from door to door."""
    travel, stops = context.travel, {(stop.kind, stop.request): stop.place for stop in car.stops}
    walked_s = sum(
        travel.seconds(place(rider.draft.origin), place(rider.draft.destination))
        - travel.seconds(stops["pickup", id_], stops["dropoff", id_])
        for id_, rider in held.people.items() if id_ != car.offer
    )  # fmt: skip
    return replace(car, saved_s=car.saved_s + walked_s)


def _as_agreed(stop: Call, match: MatchRecord) -> Call:
    """Return a stop with the meeting point and the walk that its rider had agreed to."""
    agreed = (
        had for had in match.stops if had.request_id and (had.kind, had.request_id) == (stop.kind, stop.request_id)
    )
    return next((replace(had, at=stop.at) for had in agreed), stop)


async def answer(
    context: Context, caller: Caller, trip_id: str, given: Answer, reason: str | None, market: Market,
    match: MatchRecord,
) -> MatchRecord | None:  # fmt: skip
    """Accept or decline for a rider who is invited; None where the match has moved. Raises Invalid, WrongState."""
    own = own_party(match, caller, trip_id, *match.invited)
    if own.answer == given:
        return match
    verb = "accept" if given == "accepted" else "decline"
    if context.clock.now() >= match.due_at:
        raise WrongState(match.id, "expired", verb, "its time to answer has passed")
    marked = match.marked(trip_id, answer=given)
    if given == "declined":
        pair = (match.driver.trip_id, trip_id)
        return await _ended(context, market.name, Move(match, marked, ("decline",), reason=reason, exclude=(pair,)))
    return await agreeing.accept(context, market.name, match, marked)


async def withdraw(
    context: Context, market: str, match: MatchRecord, trip_id: str, reason: str, hidden: frozenset[str] = frozenset()
) -> MatchRecord | None:  # fmt: skip
    """End an invitation because a rider's trip is cancelled, and cancel it; None where the match has moved."""
    read, damaged = await store_trips.read_each(context.store, market, [trip_id])
    if damaged:
        raise Damaged("trip", trip_id)
    return await _ended(
        context, market, Move(match, match, ("uninvite",), reason=reason, leaver=read[0], hidden=hidden)
    )


async def _ended(context: Context, market: str, move: Move) -> MatchRecord | None:
    """End an invitation; returns the car as those who were invited see it from then on."""
    step = match_step(move.match.id, move.match.status, move.actions[0])
    after = await move_on(context, market, move)
    if after is None:
        return None
    return replace(invited_view(move.marked, step, move.reason), version=after.version, seq=after.seq)
