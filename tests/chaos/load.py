"""Commuters of one partner at work over HTTP, many at once; what was acknowledged to them is written down."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from loadtests.acknowledged import Acknowledged
from tests.chaos.calls import Calls
from tests.chaos.writer import Writer
from tests.serving import until

QUICK = {"batch_interval_s": 0.5, "batch_time_limit_s": 1}  # settings with which proposals come soon
_LONGEST_THOUGHT_S = 0.05


class Load:
    """Posts, answers, cancels and reads until its block ends. A fault of any writer is raised there."""

    def __init__(self, url: str, key: str, seed: int, writers: int = 8) -> None:
        self.told = Acknowledged()
        self.seen = Counter[str]()
        """How often a call was not answered, by what came instead."""
        self._gate, self._over = threading.Event(), threading.Event()
        self._idle = threading.Semaphore(0)
        self._numbers = itertools.count()
        self._fault: list[BaseException] = []
        self._writers = [
            threading.Thread(target=self._run, args=(url, key, random.Random(f"{seed}/{n}")), name=f"writer-{n}")
            for n in range(writers)
        ]
        self._at_rest = 0

    def start(self) -> None:
        """Start all writers."""
        self._gate.set()
        for writer in self._writers:
            writer.start()

    def end(self) -> None:
        """Let each writer end what it is about, and raise the first fault."""
        self._over.set()
        self._gate.set()
        for writer in self._writers:
            writer.join(120)
        self.raise_fault()

    def raise_fault(self) -> None:
        """Raise the first fault of a writer."""
        if self._fault:
            raise self._fault[0]

    def more(self, things: int, answers: int = 0, seconds: float = 120.0) -> None:
        """Return when so many more things have been acknowledged, and so many more answers to proposals among them."""
        wanted = self.told.count + things, len(self.told.answers) + answers

        def come() -> bool:
            self.raise_fault()
            return self.told.count >= wanted[0] and len(self.told.answers) >= wanted[1]

        until(come, f"{things} more acknowledged, {answers} answers among them", seconds)

    @contextmanager
    def at_rest(self) -> Iterator[Acknowledged]:
        """Have nothing under way for the length of a block: every call so far has been answered."""
        self._gate.clear()

        def all_rest() -> bool:
            self.raise_fault()
            return self._at_rest == len(self._writers)

        until(all_rest, "all writers at rest", 120)
        try:
            yield self.told
        finally:
            self._gate.set()

    def _run(self, url: str, key: str, chance: random.Random) -> None:
        calls = Calls(url, key, self.seen, self.told.lock)
        writer = Writer(calls, self.told, chance, self._numbers)
        try:
            while not self._over.is_set():
                if not self._gate.is_set():
                    with self.told.lock:
                        self._at_rest += 1
                    self._gate.wait()
                    with self.told.lock:
                        self._at_rest -= 1
                writer.step()
                self._over.wait(chance.random() * _LONGEST_THOUGHT_S)
        except BaseException as fault:  # noqa: BLE001 - raised where the load is waited for
            self._fault.append(fault)
        finally:
            calls.close()


@contextmanager
def at_work(url: str, key: str, seed: int, writers: int = 8) -> Iterator[Load]:
    """Have a load on a service for the length of a block."""
    load = Load(url, key, seed, writers)
    load.start()
    try:
        yield load
    finally:
        load.end()
