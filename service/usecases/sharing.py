"""Share a ride: a link for whoever somebody trusts, to see their part of the ride until it ends."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.clock import to_ms
from service.errors import NotFound, SettingError, WrongState
from service.model.matches import Call, MatchRecord, Position
from service.model.partners import Caller
from service.model.trips import OfferDraft, Vehicle
from service.secrets import Cipher
from service.store import keys
from service.store import matches as store_matches
from service.store import trips as store_trips
from service.usecases.context import Context, in_world
from service.usecases.matches import find_match, own_party
from service.usecases.places import market_of_worker

_LONGER = timedelta(hours=2)  # than the ride should last: it may be late
_RIDES = ("confirmed", "under_way")


@dataclass(frozen=True, slots=True)
class Shared:
    """What of a ride its link shows: the part of who shares it, who drives, and where the car is."""

    status: str
    name: str | None
    drives: bool
    driver_name: str | None
    vehicle: Vehicle | None
    stops: tuple[Call, ...]
    picked_up_at: datetime | None
    position: Position | None
    zone: ZoneInfo


async def share(context: Context, caller: Caller, match_id: str, trip_id: str) -> tuple[str, datetime]:
    """Return the token of a link to an agreed ride, for a trip of the caller's in it, and until when it holds at most.

    Again, it is the same. Raises NotFound, Invalid, WrongState.
    """
    market, match = await find_match(context, caller, match_id)
    own_party(match, caller, trip_id)
    until, now = match.last_stop_of(trip_id).at + _LONGER, context.clock.now()
    if match.status not in _RIDES or until <= now:
        raise WrongState(match_id, match.status, "share", "a ride is shared from its confirmation to its end")
    name = _key(market.name, match_id, trip_id)
    lasts_ms = to_ms(until) - to_ms(now)
    await context.store.write(name, "SET", name, secrets.token_urlsafe(16), "NX", "PX", lasts_ms)
    nonce = await context.store.read(lambda redis: redis.get(name))
    text = base64.urlsafe_b64encode(f"{market.name} {match_id} {trip_id} {nonce}".encode()).decode().rstrip("=")
    return f"{text}.{_cipher(context).sign(text)}", until


async def unshare(context: Context, caller: Caller, match_id: str, trip_id: str) -> None:
    """End the link to a ride. Raises NotFound, Invalid."""
    market, match = await find_match(context, caller, match_id)
    own_party(match, caller, trip_id)
    name = _key(market.name, match_id, trip_id)
    await context.store.write(name, "UNLINK", name)


async def view(context: Context, token: str) -> Shared:
    """Return what a link shows. Raises NotFound for one that was not made here, or has ended."""
    market, match_id, trip_id, nonce = _read(context, token)
    kept = await context.store.read(lambda redis: redis.get(_key(market, match_id, trip_id)))
    if kept is None or not secrets.compare_digest(kept, nonce):
        raise NotFound("link", "", "it has ended")
    (match,) = await store_matches.get_matches(context.store, market, [match_id])
    party = None if match is None or match.status not in _RIDES else match.party_of(trip_id)
    if match is None or party is None or not party.commuter_id or party.dropped_off_at:
        raise NotFound("link", "", "it has ended")
    here = await in_world(context, market)
    if match.last_stop_of(trip_id).at + _LONGER <= here.clock.now():
        raise NotFound("link", "", "it has ended")
    drivers, _ = await store_trips.read_each(context.store, market, [match.driver.trip_id])
    vehicles = [trip.draft.vehicle for trip in drivers if isinstance(trip.draft, OfferDraft)]
    known = await market_of_worker(context, market)
    return Shared(
        status=match.status, name=match.names.get(trip_id), drives=trip_id == match.driver.trip_id,
        driver_name=match.names.get(match.driver.trip_id), vehicle=next(iter(vehicles), None),
        stops=_own_stops(match, trip_id), picked_up_at=party.picked_up_at,
        position=match.position if match.status == "under_way" else None, zone=ZoneInfo(known.timezone),
    )  # fmt: skip


def _own_stops(match: MatchRecord, trip_id: str) -> tuple[Call, ...]:
    return match.stop_of(trip_id), match.last_stop_of(trip_id)


def _read(context: Context, token: str) -> tuple[str, str, str, str]:
    text, _, signature = token.partition(".")
    if _cipher(context).is_signed(text, signature):
        try:
            market, match_id, trip_id, nonce = base64.urlsafe_b64decode(text + "==").decode().split(" ")
        except (binascii.Error, ValueError):
            pass
        else:
            return market, match_id, trip_id, nonce
    raise NotFound("link", "", "it was not made here")


def _key(market: str, match_id: str, trip_id: str) -> str:
    return keys.SHARED(keys.market_tag(market), match_id, trip_id)


def _cipher(context: Context) -> Cipher:
    if context.cipher is None:
        raise SettingError("CARPOOL_SECRET_KEY is needed to sign links")
    return context.cipher
