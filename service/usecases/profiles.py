"""What partners say of their commuters: how they want to be called, and what they have consented to."""

from __future__ import annotations

from dataclasses import replace

from service.errors import Busy, NotFound, StaleVersion
from service.model.events import log_of
from service.model.partners import Caller
from service.model.profiles import MOST_CONSENTS, Consent, Profile
from service.store import profiles as store_profiles
from service.usecases.context import Context

_TRIES = 5


async def get_profile(context: Context, caller: Caller, commuter_id: str) -> Profile:
    """Return what is kept of a commuter beyond their trips. Raises NotFound."""
    profile = await store_profiles.get_profile(context.store, log_of(caller), commuter_id)
    if profile is None:
        raise NotFound("profile of the commuter", commuter_id)
    return profile


async def put_profile(
    context: Context, caller: Caller, commuter_id: str, display_name: str | None, consent: Consent | None,
    if_version: int | None,
) -> Profile:  # fmt: skip
    """Write what a commuter wants to be called and has consented to; None takes it back. The same changes nothing.

    Raises StaleVersion, Busy.
    """
    for _ in range(_TRIES):
        now = context.clock.now()
        was = await store_profiles.get_profile(context.store, log_of(caller), commuter_id)
        if if_version is not None and if_version != (was.version if was else 0):
            raise StaleVersion(commuter_id, was.version if was else 0)
        before = was or Profile(commuter_id, None, (), 0, now)
        consents = before.consents
        if consent != before.consent:
            ended = tuple(one if one.withdrawn_at else replace(one, withdrawn_at=now) for one in consents)
            consents = (*ended, *filter(None, [consent]))[-MOST_CONSENTS:]
        after = Profile(commuter_id, display_name, consents, before.version + 1, now)
        if was and (was.display_name, was.consents) == (display_name, consents):
            return was
        if await store_profiles.put_profile(context.store, log_of(caller), after):
            return after
    raise Busy(commuter_id)
