"""Who may share a car (rule 8 and rule 9 between two trips): requirements, excluded pairs, either, commitments."""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.jit import kernel
from matching.tables import O_EITHER, R_EITHER, R_HOME


@kernel
def has_key(keys: Any, key: int) -> bool:
    """Say whether a sorted array holds a key."""
    at = np.searchsorted(keys, key)
    return bool(at < keys.shape[0] and keys[at] == key)


@kernel
def get_along(people: Any, a: int, b: int) -> bool:
    """Say whether two trips (requests numbered after the offers) may be in one car by requires, traits and excluded."""
    traits, requires = people.traits, people.requires
    for word in range(traits.shape[1]):
        if requires[a, word] & ~traits[b, word] or requires[b, word] & ~traits[a, word]:
            return False
    if people.excluded.shape[0] > 0:
        return not has_key(people.excluded, min(a, b) * traits.shape[0] + max(a, b))
    return True


@kernel
def may_drive(trips: Any, people: Any, offer: int, request: int) -> bool:
    """Say whether an offer's driver may carry a request, as far as people go."""
    home = trips.requests[request, R_HOME]
    if home >= 0 and home != offer:
        return False
    group = trips.offers[offer, O_EITHER]
    if group >= 0 and group == trips.requests[request, R_EITHER]:
        return False
    return bool(get_along(people, offer, trips.offers.shape[0] + request))


@kernel
def may_share(trips: Any, people: Any, first: int, second: int) -> bool:
    """Say whether two riders may be in one car, as far as people go."""
    group = trips.requests[first, R_EITHER]
    if group >= 0 and group == trips.requests[second, R_EITHER]:
        return False
    offers = trips.offers.shape[0]
    return bool(get_along(people, offers + first, offers + second))


@kernel
def bonus_of(people: Any, offer: int, request: int, requests: int) -> int:
    """Return the bonus of an offer with a request, one of ``requests``."""
    if people.bonus_key.shape[0] == 0:
        return 0
    key = offer * requests + request
    at = np.searchsorted(people.bonus_key, key)
    if at < people.bonus_key.shape[0] and people.bonus_key[at] == key:
        return int(people.bonus[at])
    return 0
