"""Trips as the matcher's offers and requests, with who may ride with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from matching.model import Offer, Request
from service.clock import to_ms
from service.model.partners import Partner
from service.model.trips import OfferDraft, RequestDraft, Trip
from service.usecases.places import place

# Not a character of the tags that people may send, so it never meets theirs.
_SHARING = "~"
Party = TypeVar("Party", bound=Offer | Request)


@dataclass(frozen=True, slots=True)
class People:
    """Makes them; `soonest`: no departure before it, epoch seconds. `sharing`: traits by partner."""

    soonest: int
    sharing: dict[str, frozenset[str]]

    def offer(self, trip: Trip, draft: OfferDraft) -> Offer:
        """Return the matcher's offer of a trip."""
        return Offer(seats=draft.seats, max_detour_s=draft.max_detour_s, **self._common(trip, draft))

    def request(self, trip: Trip, draft: RequestDraft) -> Request:
        """Return the matcher's request of a trip."""
        return Request(
            seats=draft.seats, max_ride_s=draft.max_ride_s, max_walk_m=draft.max_walk_m, return_of=draft.return_of,
            priority_s=trip.priority_s, **self._common(trip, draft),
        )  # fmt: skip

    def record(self, trip: Trip) -> Offer | Request:
        """Return the matcher's offer or request of a trip."""
        return self.offer(trip, trip.draft) if isinstance(trip.draft, OfferDraft) else self.request(trip, trip.draft)

    def _common(self, trip: Trip, draft: OfferDraft | RequestDraft) -> dict[str, Any]:
        own = frozenset({_SHARING + trip.partner_id})
        return {
            "id": trip.id, "origin": place(draft.origin), "destination": place(draft.destination),
            "earliest_departure": max(-(-to_ms(draft.earliest_departure) // 1000), self.soonest),
            "latest_arrival": to_ms(draft.latest_arrival) // 1000,
            "either": f"{trip.partner_id}/{draft.either}" if draft.either else None,
            "traits": frozenset(draft.traits) | self.sharing.get(trip.partner_id, own),
            "requires": frozenset(draft.requires) | own,
        }  # fmt: skip


def with_sharing(trip: Party, sharing: Mapping[str, frozenset[str]]) -> Party:
    """Return a trip that was made without the traits of sharing, with those of its partner."""
    (owner,) = (name for name in trip.requires if name.startswith(_SHARING))
    return replace(trip, traits=trip.traits | sharing.get(owner.removeprefix(_SHARING), frozenset()))


def sharing_traits(partners: Sequence[Partner]) -> dict[str, frozenset[str]]:
    """Return, for each partner, a trait for every partner whose people its own may ride with.

    Each person requires their own partner's trait, so that in a car all pairs are allowed from both sides.
    """
    return {
        one.id: frozenset(_SHARING + other.id for other in partners if one.shares(other.id) and other.shares(one.id))
        for one in partners
    }


def all_sharing(trips: Sequence[Trip]) -> dict[str, frozenset[str]]:
    """Return, for each partner of these trips, the traits with which all of them may ride together."""
    partners = {trip.partner_id for trip in trips}
    return dict.fromkeys(partners, frozenset(_SHARING + partner for partner in partners))
