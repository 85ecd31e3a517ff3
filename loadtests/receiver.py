"""A hostile receiver of webhooks, to see that a service loses no event over it.

    python -m loadtests.receiver [--port 9100] [--seed 1] [--ill 0.1]

Register any number of endpoints such as `http://127.0.0.1:9100/hostile/a`. Most requests there are taken; a share of
`--ill` meets one of the faults below, drawn anew for each attempt, so that every event can be delivered in the end.
`/stall`, `/reset`, `/500`, `/410` and the other paths of `loadtests/behaviours.py` always do the same.

`/well/a` and the like take everything at once.

`GET /tally` answers, for each path, how many requests came, how many events were taken, how often one was taken again
and how many came after a later one of their match or trip; `GET /taken/hostile/a` the ids taken there, to hold against
`GET /v1/events`; `GET /delays/well/a` how many seconds after it happened each came first. Ctrl-C prints the tally. An
event counts as taken where its sender was told 2xx, and where the answer was lost on the way: the sender must send it
again. It verifies no signatures: `openapi/samples/receiver.py` shows how.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

from loadtests.behaviours import BEHAVIOURS, Behave, answer_status, plain, say
from loadtests.misbehaving import Receiver, Request

_STALL_S = 30.0
_HOSTILE, _WELL = "/hostile", "/well"


async def _shed(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    return await say(writer, plain(503, b"later", "retry-after: 1"))


async def _error(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    return await say(writer, plain(500, b"no"))


async def _stall(receiver: Receiver, request: Request, writer: asyncio.StreamWriter) -> bool:
    await asyncio.sleep(_STALL_S)
    return False


# How often each fault is drawn among ten, and whether an event is taken though it happens.
_FAULTS: list[tuple[str, Behave, float, bool]] = [
    ("error", _error, 3.0, False), ("reset", BEHAVIOURS["/reset"], 1.5, False),
    ("answer lost", BEHAVIOURS["/reset"], 1.5, True), ("redirect", BEHAVIOURS["/redirect"], 0.8, False),
    ("no HTTP", BEHAVIOURS["/garbage"], 0.5, False), ("asks to wait", _shed, 0.3, False),
    ("stall", _stall, 0.2, False), ("slow bytes", BEHAVIOURS["/slow-head"], 0.2, True),
    ("endless body", BEHAVIOURS["/endless"], 0.5, True), ("slow body", BEHAVIOURS["/slow-body"], 0.2, True),
    ("half a body", BEHAVIOURS["/half"], 0.5, True), ("closes after", BEHAVIOURS["/drop"], 0.8, True),
]  # fmt: skip
_WEIGHTS = [weight for _, _, weight, _ in _FAULTS]


class Tally:
    """What came to one path."""

    def __init__(self) -> None:
        self.requests = 0
        self.faults = Counter[str]()
        self.taken = Counter[str]()
        """How often each event was taken, by its id."""
        self.delays_s: list[float] = []
        self._out_of_order = 0
        self._newest: dict[str, int] = {}

    def take(self, request: Request) -> None:
        """Note an event that was taken."""
        id_ = request.headers["webhook-id"]
        self.taken[id_] += 1
        if self.taken[id_] > 1:
            return
        event = json.loads(request.body)
        self.delays_s.append((datetime.now(UTC) - datetime.fromisoformat(event["timestamp"])).total_seconds())
        subject = event["data"].get("id", "")
        self._out_of_order += event["seq"] < self._newest.get(subject, 0)
        self._newest[subject] = event["seq"]

    def document(self) -> dict[str, Any]:
        """Return it as `GET /tally` shows it."""
        again = self.taken.total() - len(self.taken)
        return {
            "requests": self.requests or self.taken.total(), "taken": len(self.taken), "taken again": again,
            "out of order": self._out_of_order, "faults": self.faults,
        }  # fmt: skip


class HostileReceiver(Receiver):
    """Draws a behaviour for each request under ``/hostile``, and counts instead of keeping."""

    def __init__(self, *, port: int = 0, seed: int = 1, ill: float = 0.1) -> None:
        super().__init__(port=port)
        self._seed = seed
        self._ill = ill
        self._tallies: dict[str, Tally] = defaultdict(Tally)

    async def note(self, request: Request) -> None:
        """Count a delivery."""
        if request.method == "POST":
            self._tallies[request.path].requests += 1

    async def behave(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Take an event or do one of the things that receivers do wrong."""
        if request.method == "GET":
            return await say(writer, plain(200, json.dumps(self._answer_to(request.path)).encode()))
        if not request.path.startswith((_HOSTILE, _WELL)):
            return await super().behave(request, writer)
        tally = self._tallies[request.path]
        chance = random.Random(f"{self._seed}/{request.path}/{request.headers['webhook-id']}/{tally.requests}")
        if request.path.startswith(_WELL) or chance.random() >= self._ill:
            tally.take(request)
            return await answer_status(self, request, writer)
        ((fault, act, _, taken),) = chance.choices(_FAULTS, _WEIGHTS)
        tally.faults[fault] += 1
        if taken:
            tally.take(request)
        return await act(self, request, writer)

    def tally(self) -> dict[str, Any]:
        """Return what came to each path."""
        return {path: tally.document() for path, tally in sorted(self._tallies.items())}

    def _answer_to(self, path: str) -> Any:
        if path.startswith("/delays"):
            return self._tallies[path.removeprefix("/delays")].delays_s
        return self.tally() if path == "/tally" else sorted(self._tallies[path.removeprefix("/taken")].taken)


async def serve(port: int, seed: int, ill: float) -> None:
    """Receive until a signal, then print the tally."""
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with HostileReceiver(port=port, seed=seed, ill=ill) as receiver:
        print(receiver.url("/hostile/a"), flush=True)
        await over.wait()
        print(json.dumps(receiver.tally(), indent=1), flush=True)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9100, help="0 picks one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ill", type=float, default=0.1, help="share of requests that meet a fault")
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.seed, given.ill))


if __name__ == "__main__":
    main()
