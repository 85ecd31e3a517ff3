"""What one commuter of a partner may do with a token of their own, beside what its keys may.

One rule for all of it: what is somebody else's is not there (NotFound), a route that is not for commuters is closed
(Forbidden, by `api.auth`), and who names somebody else, or claims what is for the partner to say, is told where
(Invalid).
"""

from __future__ import annotations

import hashlib

from service.errors import Fault, Invalid
from service.ids import base32
from service.model.partners import Caller
from service.model.trips import Draft


def only_commuter(caller: Caller, named: str | None) -> str | None:
    """Return the commuter to whom a list is confined: who calls, where that is a commuter. Raises Invalid."""
    if caller.commuter_id is None:
        return named
    if named not in (None, caller.commuter_id):
        raise Invalid(Fault("?commuter", "is somebody else: leave it out"))
    return caller.commuter_id


def as_may_post(caller: Caller, draft: Draft, before: Draft | None = None, *, at: str = "/") -> Draft:
    """Return a draft as this caller may post it, or may make it of what it was `before`. Raises Invalid.

    A commuter's trips are their own, carry the traits that the partner vouches for, and `either` ties no one else's.
    `at`: what a fault's pointer begins with.
    """
    if caller.commuter_id is None:
        return draft
    if before is None and "traits" not in draft.model_fields_set:
        draft = draft.model_copy(update={"traits": sorted(caller.traits)})
    vouched = caller.traits.union(before.traits if before else ())
    claimed = sorted(set(draft.traits) - vouched)
    faults = []
    if draft.commuter_id != caller.commuter_id:
        faults.append(Fault(f"{at}commuter_id", "is somebody else: leave it out"))
    if claimed:
        faults.append(Fault(f"{at}traits", f"{', '.join(claimed)}: your partner does not vouch for that in this token"))
    if draft.external_id != (before.external_id if before else None):
        faults.append(Fault(f"{at}external_id", "is your partner's to give"))
    if faults:
        raise Invalid(*faults)
    if draft.either is None or (before is not None and draft.either == before.either):
        return draft
    return draft.model_copy(update={"either": _own_tie(caller.commuter_id, draft.either)})


def _own_tie(commuter_id: str, either: str) -> str:
    """Return a name that ties this commuter's trips alone: partners' trips of other people may have the same name."""
    digest = hashlib.sha256(f"{commuter_id}\0{either}".encode()).digest()
    return f"own:{base32(int.from_bytes(digest[:16], 'big'))}"
