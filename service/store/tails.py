"""The ends of partners' logs of events, as a process follows them: each is read once, for all who want it there.

Whoever follows a log is but a place in it. At the log's end they are handed what was just read; further behind they
read the log themselves. So nothing is kept for the slow, and no event is passed over.
"""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import dropwhile

import structlog

from service.clock import monotonic_s
from service.errors import EventsDropped, StoreUnavailable, TooManyStreams
from service.model.events import EventFilter, LoggedEvent, place
from service.store import logs
from service.store.client import Store
from service.store.logs import Stretch

_MOST, _MOST_EACH = 2000, 1000  # followers of a process, and of a log in it
_MOST_OF_ONE = 5  # of a commuter among them
_KEPT = 64  # newest events of a log; about 3 kB each
_READ_BEHIND = 20  # at once, by one that is behind: held for as long as its reader takes them
_LOOK_S = 0.1
_LOGS_A_LOOK_S = 0.001  # with many logs we look less often, so that looking never costs much
_PAUSE_S = 0.5
log = structlog.get_logger()


class Tail:
    """The newest events of a log. `start` is the entry before them, `end` the last of them."""

    def __init__(self, end: str) -> None:
        self.start = self.end = end
        self.followers: set[Follower] = set()
        self._kept: deque[LoggedEvent] = deque()

    def grow(self, stretch: Stretch) -> None:
        """Add what came to the log, and wake who waits for it."""
        if stretch.end == self.end:
            return
        self.end = stretch.end
        self._kept.extend(stretch.events)
        while len(self._kept) > _KEPT:
            self.start = self._kept.popleft().entry
        for follower in self.followers:
            follower.wake()

    def followed_by(self, commuter_id: str) -> int:
        """Return how many of the followers are one commuter."""
        return sum(follower.wanted.commuter_id == commuter_id for follower in self.followers)

    def behind(self, entry: str) -> Stretch | None:
        """Return what came after an entry, None where that is not all here."""
        if place(entry) < place(self.start):
            return None
        events = dropwhile(lambda event: place(event.entry) <= place(entry), self._kept)
        return Stretch(list(events), max(entry, self.end, key=place))


class Follower:
    """A place in a log, which moves on with each event. No position means the log's beginning."""

    def __init__(self, store: Store, owner: str, tail: Tail, position: str | None, wanted: EventFilter) -> None:
        self.owner = owner
        self.position = position
        self.ended = False
        self._store = store
        self._tail = tail
        self.wanted = wanted
        self._awake = asyncio.Event()

    async def next(self, wait_s: float) -> list[LoggedEvent]:
        """Return the next events; none where none came in time, or it has ended.

        Raises EventsDropped; it stands at the log's beginning then.
        """
        until_s = monotonic_s() + wait_s
        while not self.ended:
            self._awake.clear()
            before, longest_s = self.position, wait_s
            try:
                found = await self._take()
            except StoreUnavailable:
                found, longest_s = [], _PAUSE_S
            left_s = until_s - monotonic_s()
            if found or left_s <= 0:
                return found
            if self.position == before:
                await self._rest(min(left_s, longest_s))
        return []

    def wake(self) -> None:
        """Look again."""
        self._awake.set()

    def end(self) -> None:
        """End, for whoever waits for more."""
        self.ended = True
        self._awake.set()

    async def _take(self) -> list[LoggedEvent]:
        stretch = self._tail.behind(self.position) if self.position is not None else None
        try:
            stretch = stretch or await logs.read(self._store, self.owner, self.position, _READ_BEHIND)
        except EventsDropped:
            self.position = None
            raise
        self.position = stretch.end
        return [e for e in stretch.events if self.wanted.takes(e.type, e.communities, e.people)]

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            pass


class Tails:
    """All logs that are followed in this process, read by one task while there are any."""

    def __init__(self, *, most: int = _MOST, most_each: int = _MOST_EACH) -> None:
        """Let `most` follow, and `most_each` of them the same log."""
        self._most, self._most_each = most, most_each
        self._tails: dict[str, Tail] = {}
        self._reading: asyncio.Task[None] | None = None
        self._followers = 0
        self._ended = False

    async def follow(self, store: Store, owner: str, after: str | None, wanted: EventFilter) -> Follower:
        """Follow a log from an entry on, or from now on. `leave` gives the place back. Raises TooManyStreams."""
        if owner not in self._tails:
            end = await logs.last_entry(store, owner)
            self._tails.setdefault(owner, Tail(end))
        tail = self._tails[owner]
        if self._followers >= self._most or len(tail.followers) >= self._most_each:
            raise TooManyStreams("one stream tells of all your events: share it, or wait until another ends")
        if wanted.commuter_id is not None and tail.followed_by(wanted.commuter_id) >= _MOST_OF_ONE:
            raise TooManyStreams(f"a commuter may have {_MOST_OF_ONE} streams open: end another")
        self._followers += 1
        follower = Follower(store, owner, tail, after or tail.end, wanted)
        tail.followers.add(follower)
        if self._ended:
            follower.end()
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(store), name="tails")
        return follower

    def leave(self, follower: Follower) -> None:
        """Follow no longer."""
        tail = self._tails[follower.owner]
        tail.followers.remove(follower)
        self._followers -= 1
        if not tail.followers:
            del self._tails[follower.owner]

    def end(self) -> None:
        """End all, and whoever comes from now on: the process is about to stop."""
        self._ended = True
        for tail in self._tails.values():
            for follower in tail.followers:
                follower.end()

    async def _read(self, store: Store) -> None:
        while self._tails and not self._ended:
            try:
                await self._look(store)
            except StoreUnavailable as error:
                log.warning("streams_wait", error=str(error))
                await asyncio.sleep(_PAUSE_S)
            except Exception:
                log.exception("streams_fail")  # and try again: nobody would tell those who wait
                await asyncio.sleep(_PAUSE_S)
            await asyncio.sleep(max(_LOOK_S, len(self._tails) * _LOGS_A_LOOK_S))

    async def _look(self, store: Store) -> None:
        found = await logs.read_each(store, {owner: tail.end for owner, tail in self._tails.items()}, _KEPT)
        for owner, stretch in found.items():
            tail = self._tails.get(owner)
            if tail is not None:
                tail.grow(stretch)
