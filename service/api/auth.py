"""Credentials to a Caller with scopes; denied unless a route's scope is there."""

from __future__ import annotations

from typing import Annotated

from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from service.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from service.model.partners import Caller, Scope
from service.usecases import limits, partners, tokens, worlds
from service.usecases.context import Context

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="apiKey",
    description="An API key of a partner or an operator: `Authorization: Bearer cpk_…`.",
)


def context_of(request: Request) -> Context:
    """Return the service's outside, set up by `wiring`; for who calls with a test key, with their sandbox's time."""
    context: Context = getattr(request.state, "context", request.app.state.context)
    return context


class Needs:
    """A dependency: the caller, who must hold a scope, or one of several.

    Raises Unauthenticated, Forbidden, RateLimited, and StoreUnavailable while the caller's sandbox is being emptied.
    `commuters`: a commuter's token will do, too, where the path names nobody else (NotFound). A route that says so
    answers to `Caller.owns`, and nothing else. Scopes are of keys: what a token opens is what the routes say.
    `closed`: also while the sandbox is being emptied. `live`: no test key will do, whatever its scopes.
    """

    def __init__(
        self, *scopes: Scope, commuters: bool = False, closed: bool = False, live: bool = False
    ) -> None:  # fmt: skip
        self.scopes = scopes
        self.live = live
        self.commuters = commuters
        self._closed = closed

    async def __call__(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
    ) -> Caller:
        """Return the caller of this request."""
        caller = request.state.caller = await self.caller(request, credentials)
        context = context_of(request).live
        if "origin" in request.headers:
            request.state.origins = await context.credentials.origins(context.store, caller.partner_id)
        left = request.state.calls_left = await limits.admit(context, caller)
        if left is not None and left.wait_s:
            raise RateLimited(left.wait_s)
        if caller.world and not self._closed:
            request.state.context, request.state.emptied = await worlds.enter(context, caller)
        return caller

    async def again(self, request: Request) -> Caller:
        """Return the caller of a request whose answer goes on, as of now."""
        return await self.caller(request, await _BEARER(request))

    async def caller(self, request: Request, credentials: HTTPAuthorizationCredentials | None) -> Caller:
        """Return who holds these credentials."""
        if credentials is None:
            raise Unauthenticated("send an API key as Authorization: Bearer cpk_…, or a commuter's token in its place")
        context, text = context_of(request).live, credentials.credentials
        if partners.is_key(text):
            caller = await partners.authenticate(context, text)
        else:
            caller = await tokens.authenticate(context, text)
        if caller.commuter_id is None:
            if caller.scopes.isdisjoint(self.scopes):
                raise Forbidden(f"the scope {' or '.join(self.scopes)}")
            if self.live and caller.world:
                raise Forbidden("a live key: a test key opens its own sandbox, which has no partners and keys")
        elif not self.commuters:
            raise Forbidden("an API key of the partner: a commuter's token opens what is the commuter's own")
        elif (named := request.path_params.get("commuter_id", caller.commuter_id)) != caller.commuter_id:
            raise NotFound("commuter", named)
        return caller
