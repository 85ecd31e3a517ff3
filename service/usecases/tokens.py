"""Tokens with which a partner's commuters call for themselves: made for an hour at most, ended early by signing out.

A token is worth what the key is worth that made it: it ends with that key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.clock import rfc3339
from service.errors import SettingError, Unauthenticated
from service.ids import new_id
from service.model.partners import COMMUTER_SCOPES, Caller
from service.store import tokens as store_tokens
from service.store.tokens import Bearer
from service.tokens import LONGEST_S, Token, token_keys
from service.usecases.context import Context

_APART_S = 5  # by so much the clocks of machines may differ


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made, and its text, which is not kept."""

    token: Token
    text: str


async def make_token(
    context: Context, caller: Caller, commuter_id: str, *, ttl_s: int, traits: Sequence[str] = ()
) -> NewToken:
    """Make a token of a commuter. It does not outlive the key that makes it. Raises SettingError without a cipher."""
    if context.cipher is None:
        raise SettingError("tokens of commuters are signed with what CARPOOL_SECRET_KEY gives: it is needed")
    bearer = Bearer(caller.partner_id, caller.key_id, caller.sandbox, commuter_id)
    standing = await store_tokens.standing(context.store, bearer)
    now = context.live.clock.now()
    ends_at = now + timedelta(seconds=ttl_s)
    if standing.key is not None and standing.key.expires_at is not None:
        ends_at = min(ends_at, standing.key.expires_at)
    made_at = max(now, datetime.fromtimestamp(standing.signed_out_s + 1, UTC))  # one who signs in again is in
    token = Token(
        id=new_id("token"), partner_id=caller.partner_id, commuter_id=commuter_id, key_id=caller.key_id,
        sandbox=caller.sandbox, traits=tuple(sorted(set(traits))), made_at=made_at.replace(microsecond=0),
        ends_at=ends_at.replace(microsecond=0),
    )  # fmt: skip
    return NewToken(token, token_keys(context.cipher).sign(token))


async def sign_out(context: Context, caller: Caller, commuter_id: str) -> None:
    """End all tokens of a commuter that were made until now, on every process."""
    bearer = Bearer(caller.partner_id, caller.key_id, caller.sandbox, commuter_id)
    until_s = int(context.live.clock.now().timestamp()) + _APART_S
    await store_tokens.sign_out(context.store, bearer, until_s, LONGEST_S + 2 * _APART_S)


async def authenticate(context: Context, text: str) -> Caller:
    """Return the commuter who holds this token. Raises Unauthenticated."""
    if context.cipher is None:
        raise Unauthenticated("no tokens are made here: send an API key as Authorization: Bearer cpk_…")
    token, now = token_keys(context.cipher).read(text), context.clock.now()
    if now >= token.ends_at:
        raise Unauthenticated(f"this token ended at {rfc3339(token.ends_at)}: get a new one from your partner's server")
    bearer = Bearer(token.partner_id, token.key_id, token.sandbox, token.commuter_id)
    standing = await context.credentials.standing(context.store, bearer)
    if standing.key is None or not standing.key.opens_at(now):
        raise Unauthenticated("the API key that made this token was revoked or has ended, and the token with it")
    if token.made_at.timestamp() <= standing.signed_out_s:
        raise Unauthenticated("this commuter was signed out after this token was made: get a new one")
    return Caller(
        token.partner_id, token.key_id, COMMUTER_SCOPES, token.sandbox, token.commuter_id, frozenset(token.traits)
    )
