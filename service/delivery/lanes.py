"""A lane per endpoint: how much of it is under way, and how much may be. One lane never takes another's room.

At most `MOST` requests are at an endpoint at once. A lane that is in good order holds as many more claimed, so that
its endpoint need not wait while the store is told of the last ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

FIRST, MOST = 4, 8
SLOW_S = 1.0
OPENS_AFTER = 5  # failures in a row
LONGEST_PAUSE_S = 60.0
_REMEMBERED_S = 3600.0


@dataclass(slots=True)
class Lane:
    """One endpoint's. Its limit grows by one with each success and falls to one with a failure.

    It is suspect while it fails or is slow: places are held for as long as its answers take. When nothing but failures
    comes, it pauses, each time for longer, and one attempt then shows whether the endpoint is back (a circuit breaker).
    """

    limit: int = FIRST
    under_way: int = 0
    suspect: bool = False
    failures: int = 0
    """In a row; those that were under way when it paused are not counted."""
    paused_until_s: float = 0.0
    idle_since_s: float | None = None
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST))
    """Held while a request is at the endpoint."""

    @property
    def holds(self) -> int:
        """How many deliveries it may have claimed."""
        return self.limit if self.suspect or self.limit < MOST else 2 * MOST

    def succeeded(self, latency_s: float) -> None:
        """Take note of a success and how long it took."""
        self.suspect = latency_s > SLOW_S
        self.failures = 0
        self.limit = min(FIRST if self.suspect else MOST, self.limit + 1)

    def failed(self, now_s: float, spread: float = 1.0) -> None:
        """Take note of a failure. `spread` shortens a pause: lanes that failed at once are not tried at once."""
        self.suspect = True
        self.limit = 1
        if now_s < self.paused_until_s:
            return
        self.failures += 1
        if self.failures >= OPENS_AFTER:
            self.pause(now_s, spread * min(2.0 ** min(self.failures - OPENS_AFTER, 10), LONGEST_PAUSE_S))

    def pause(self, now_s: float, seconds: float) -> None:
        """Leave the endpoint alone for so long, or for as long as was settled before; a minute at most."""
        self.paused_until_s = max(self.paused_until_s, now_s + min(seconds, LONGEST_PAUSE_S))


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place taken in a lane, and whether the lane was suspect then."""

    lane: Lane
    as_suspect: bool


class Lanes:
    """All lanes of a deliverer. Failing and slow endpoints share half of the places, so that others always find one."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._suspects_places = places // 2
        self._lanes: dict[str, Lane] = {}
        self._owners: dict[str, set[str]] = {}
        self.under_way = 0
        self._suspects_under_way = 0

    @property
    def free(self) -> int:
        """How many more may be under way in all."""
        return self._places - self.under_way

    def rooms(self, owners: Sequence[str], now_s: float) -> list[dict[str, int]]:
        """Return, for each owner, how many more each of its known endpoints may have; others may have `FIRST`.

        What is left to suspects is handed out once among all of these owners.
        """
        for_suspects = max(0, self._suspects_places - self._suspects_under_way)
        rooms = []
        for owner in owners:
            room: dict[str, int] = {}
            for endpoint in self._owners.get(owner, ()):
                lane = self._lanes[endpoint]
                more = 0 if lane.paused_until_s > now_s else max(0, lane.holds - lane.under_way)
                if lane.suspect:
                    more = min(more, for_suspects)
                    for_suspects -= more
                room[endpoint] = more
            rooms.append(room)
        return rooms

    def enter(self, owner: str, endpoint: str) -> Ticket:
        """Note that an attempt begins."""
        lane = self._lanes.setdefault(endpoint, Lane())
        self._owners.setdefault(owner, set()).add(endpoint)
        lane.under_way += 1
        lane.idle_since_s = None
        self.under_way += 1
        self._suspects_under_way += lane.suspect
        return Ticket(lane, lane.suspect)

    def leave(self, ticket: Ticket) -> None:
        """Note that an attempt has ended."""
        ticket.lane.under_way -= 1
        self.under_way -= 1
        self._suspects_under_way -= ticket.as_suspect

    def resume(self, owner: str) -> None:
        """Have the owner's lanes pause no longer."""
        for endpoint in self._owners.get(owner, ()):
            self._lanes[endpoint].paused_until_s = 0.0

    def forget_idle(self, now_s: float) -> None:
        """Forget lanes with nothing under way, suspect ones after an hour; they begin anew."""
        for owner, endpoints in list(self._owners.items()):
            for endpoint in list(endpoints):
                lane = self._lanes[endpoint]
                if lane.under_way > 0 or lane.paused_until_s > now_s:
                    continue
                if lane.idle_since_s is None:
                    lane.idle_since_s = now_s
                if not lane.suspect or now_s - lane.idle_since_s > _REMEMBERED_S:
                    endpoints.discard(endpoint)
                    del self._lanes[endpoint]
            if not endpoints:
                del self._owners[owner]
