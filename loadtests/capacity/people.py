"""Who posts, and what: partners with keys, and one morning's commuters as trips."""

from __future__ import annotations

from dataclasses import replace

from loadtests.capacity.waiting import each
from service.api.answers import encode
from service.api.bodies import parse
from service.clock import SystemClock, to_ms
from service.demo.cities import CityName
from service.demo.demand import Commuter, draw_commuters, next_working_day
from service.ids import new_id
from service.model.partners import Caller
from service.model.trips import DRAFTS, Kind, OfferDraft, RequestDraft, Trip
from service.store.once import Once
from service.usecases import partners, trips
from service.usecases.context import Context

_CITY: CityName = "toronto"


def commuters(count: int = 2000, seed: int = 1) -> list[Commuter]:
    """Return commuters of the next working day."""
    return draw_commuters(count, _CITY, seed, next_working_day(SystemClock().now(), _CITY))


async def partner_with_key(context: Context, *, sandbox: bool = False) -> tuple[Caller, str]:
    """Make a partner and a key of its own; returns who calls with it, and its text."""
    partner = await partners.create_partner(context, "bench")
    made = await partners.create_key(context, partner.id, sandbox=sandbox)
    return Caller(partner.id, made.key.id, frozenset(made.key.scopes), sandbox), made.text


async def post_morning(context: Context, caller: Caller, count: int, seed: int) -> None:
    """Post so many people's trips, each an offer or a request, without the way over HTTP."""
    people = [person for person in commuters(2 * count, seed) if person.role != "flexible"][:count]

    async def post(person: Commuter) -> None:
        kind: Kind = "offer" if person.offers else "request"
        await trips.post_trip(context, caller, kind, draft_of(person, kind), lambda _: None)

    await each(people, post)


def draft_of(person: Commuter, kind: Kind) -> OfferDraft | RequestDraft:
    """Return what a commuter posts, read as the API reads it."""
    return parse(DRAFTS[kind], encode(person.as_offer() if kind == "offer" else person.as_request()))


def trip_of(draft: OfferDraft | RequestDraft, kind: Kind, partner_id: str) -> Trip:
    """Return a new trip as the API hands it to the store."""
    now = SystemClock().now()
    return Trip(
        id=new_id(kind), kind=kind, partner_id=partner_id, status="open", version=1, created_at=now,
        due_ms=to_ms(draft.latest_arrival), draft=draft, decide_at=now,
    )  # fmt: skip


def again(trip: Trip) -> Trip:
    """Return the same trip under a new id."""
    return replace(trip, id=new_id(trip.kind))


def once_of(trip: Trip) -> Once:
    """Return a new idempotency key's record of a trip."""
    return Once(trip.id, "0" * 64, encode(trip.document()).decode())
