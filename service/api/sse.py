"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) of a log that is followed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from operator import attrgetter

import orjson
import structlog
from prometheus_client import Counter, Gauge
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.api.problems import document_of_error
from service.errors import CarpoolError, EventsDropped, Forbidden, StoreUnavailable, Unauthenticated
from service.model.events import LoggedEvent
from service.store.tails import Follower
from service.usecases.events import place_of

HEARTBEAT_S = 15.0
PATIENCE_S = 20.0  # with a reader whose connection takes nothing; what is sent until then is bounded by its buffers
_PAUSE_S = 1.0  # while the store is away, which alone can tell whether a key still opens
_RECONNECT_MS = 1000, 5000  # drawn apart, so that those who were ended together do not come back together
STREAMS = Gauge("carpool_event_streams", "Live streams of events", multiprocess_mode="livesum")
CUT = Counter("carpool_event_streams_cut", "Streams cut because their readers did not take what was sent")
log = structlog.get_logger()


class EventStream(Response):
    """Sends what a follower finds, until either side ends it.

    `still_allowed` is asked before anything is sent, and raises where the caller's key opens it no longer. `leave` is
    told at the end; `shown` gives an event as the caller may see it.
    """

    media_type = "text/event-stream"

    def __init__(
        self, request: Request, follower: Follower, still_allowed: Callable[[], Awaitable[object]],
        leave: Callable[[Follower], None], *, shown: Callable[[LoggedEvent], bytes] = attrgetter("body"),
        heartbeat_s: float = HEARTBEAT_S, patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._request = request
        self._follower = follower
        self._still_allowed = still_allowed
        self._leave = leave
        self._shown = shown
        self._heartbeat_s = heartbeat_s
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: self._follower.end())
        STREAMS.inc()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    async with asyncio.timeout(self._patience_s):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            CUT.inc()
            log.info("stream_cut", owner=self._follower.owner)  # its place is the last id that it took
        finally:
            STREAMS.dec()
            self._leave(self._follower)
            gone.cancel()

    async def _pieces(self) -> AsyncGenerator[bytes]:
        least, most = _RECONNECT_MS
        yield b"retry: %d\n" % (least + secrets.randbelow(most - least)) + self._here()
        while not self._follower.ended:
            piece = await self._next()
            if piece is None:
                continue
            try:
                while not await self._is_allowed():
                    yield b": the store is away\n\n"
                    await asyncio.sleep(_PAUSE_S)
            except (Unauthenticated, Forbidden) as error:
                yield self._problem(error)
                return
            yield piece

    async def _is_allowed(self) -> bool:
        """Tell whether the key still opens this, as far as can be known. Raises Unauthenticated, Forbidden."""
        try:
            await self._still_allowed()
        except StoreUnavailable:
            return self._follower.ended
        return True

    async def _next(self) -> bytes | None:
        before = self._follower.position
        try:
            events = await self._follower.next(self._heartbeat_s)
        except EventsDropped as error:
            return self._problem(error)
        if events:
            return b"".join(b"id: %s\ndata: %s\n\n" % (event.id.encode(), self._shown(event)) for event in events)
        if self._follower.ended:
            return None
        # What was passed over need not be looked through again.
        return b": still here\n" + (self._here() if self._follower.position != before else b"\n")

    def _here(self) -> bytes:
        """Tell the place without an event: a reader that is cut off before the first one goes on from it."""
        place = place_of(self._follower)
        return b"id: %s\n\n" % place.encode() if place is not None else b"\n"

    def _problem(self, error: CarpoolError) -> bytes:
        return b"event: problem\ndata: %s\n\n" % orjson.dumps(document_of_error(self._request, error))


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
