"""The system calls of a store's server, read for one thing: is a write on disk before it is answered?"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.serving import until

_CALL = re.compile(r"(\w+)\((\d+)<(.*?)>(?:, (.*))?\)\s+= (-?\d+)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FCALL = r"FCALL\r\n"  # as strace writes it; what follows is one call of a function
_ASKED = re.compile(r"cp_[0-9a-z]{10}_(create_trip|close_trip|advance_match)\b.*?\\\"id\\\":\\\"(\w+)", re.DOTALL)
_ANSWER = re.compile(r"\*\d+\\r\\n\$\d+\\r\\n(\w+)|(?:^|\\r\\n)-(\w+)")  # each function's answer begins with a word
_IDS = re.compile(r"(?:off|req|mat)_[0-9a-z]{26}")
_DONE = {"created", "ok"}


@dataclass(slots=True)
class Trace:
    """What a trace shows. Lines are the clock."""

    acknowledged: list[str] = field(default_factory=list)
    """Ids of what was written and answered, once for each write."""
    too_early: list[str] = field(default_factory=list)
    """Those answered before the file was synced after they were written to it."""
    syncs: int = 0


@contextmanager
def traced(pid: int, file: Path) -> Iterator[None]:
    """Trace the main thread of a server for the length of a block; it reads, writes, syncs and answers.

    The test is skipped where there is no strace, or the kernel does not let us.
    """
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    calls = "trace=read,write,writev,sendto,sendmsg,fsync,fdatasync"
    said = file.with_suffix(".said")
    with said.open("wb") as errors:
        tracer = subprocess.Popen(
            ["strace", "-yy", "-s", "1000000", "-e", calls, "-o", str(file), "-p", str(pid)], stderr=errors
        )
    try:
        until(lambda: "attached" in said.read_text() or tracer.poll() is not None, "strace attached")
        if tracer.poll() is not None:
            pytest.skip(f"this kernel does not let us trace: {said.read_text().strip()}")
        yield
    finally:
        tracer.terminate()
        tracer.wait()


@dataclass(slots=True)
class _Connection:
    """What a client has asked and was not yet told: a server answers in the order in which it is asked."""

    text: str = ""
    since: list[int] = field(default_factory=list)
    """When each call was read."""

    def ask(self, text: str, now: int) -> None:
        self.text += text
        self.since += [now] * (self.text.count(_FCALL) - len(self.since))

    def answer(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield what was written by the calls that are answered now, and when they were read."""
        _, *calls = self.text.split(_FCALL)
        words = [word or error for word, error in _ANSWER.findall(text)]
        for call, since, word in zip(calls, self.since, words, strict=False):
            asked = _ASKED.search(call)
            if asked is not None and word in _DONE:
                yield asked[2], since
        left = calls[len(words) :]
        self.text = "".join(_FCALL + call for call in left)
        self.since = self.since[len(words) :]


def read_trace(file: Path) -> Trace:
    """Return what a trace shows of creations, cancellations and answers."""
    found = Trace()
    connections: defaultdict[str, _Connection] = defaultdict(_Connection)
    written: dict[str, int] = {}
    synced = -1
    with file.open() as lines:
        for now, line in enumerate(lines):
            call = _CALL.match(line)
            if call is None or int(call[5]) < 0:
                continue
            name, descriptor, of, data = call[1], call[2], call[3], call[4] or ""
            if name in ("fsync", "fdatasync") and of.endswith(".aof"):
                synced = now
                found.syncs += 1
            elif name == "write" and of.endswith(".aof"):
                written.update(dict.fromkeys(_IDS.findall(data), now))
            elif name == "read" and call[5] == "0":
                connections.pop(descriptor, None)  # closed: the next one of this number is another's
            elif name == "read":
                connections[descriptor].ask("".join(_STRING.findall(data)), now)
            else:
                for id_, since in connections[descriptor].answer("".join(_STRING.findall(data))):
                    found.acknowledged.append(id_)
                    if not since < written.get(id_, -1) < synced:
                        found.too_early.append(id_)
    return found
