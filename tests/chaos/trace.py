"""The system calls of a store's server, read for one thing: is a write on disk before it is answered?"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.serving import until

_CALL = re.compile(r"(\w+)\((\d+)<(.*?)>(?:, (.*))?\)\s+= (-?\d+)")
_ASKED = re.compile(r"cp_[0-9a-z]{10}_(create_trip|close_trip|advance_match)\b.*?\\\"id\\\":\\\"(\w+)", re.DOTALL)
_IDS = re.compile(r"(?:off|req|mat)_[0-9a-z]{26}")
_DONE = re.compile(r"\$\d+\\r\\n(created|ok)\\r\\n")


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


def read_trace(file: Path) -> Trace:
    """Return what a trace shows of creations, cancellations and answers."""
    found = Trace()
    asked: dict[str, list[tuple[str, int]]] = {}  # by connection: what it waits for, and since when
    written: dict[str, int] = {}
    synced = -1
    with file.open() as lines:
        for now, line in enumerate(lines):
            call = _CALL.match(line)
            if call is None or int(call[5]) < 0:
                continue
            name, connection, of, data = call[1], call[2], call[3], call[4] or ""
            if name in ("fsync", "fdatasync") and of.endswith(".aof"):
                synced = now
                found.syncs += 1
            elif name == "write" and of.endswith(".aof"):
                written.update(dict.fromkeys(_IDS.findall(data), now))
            elif name == "read":
                asked.setdefault(connection, []).extend((question[2], now) for question in _ASKED.finditer(data))
            elif asked.get(connection):
                # One write answers all that was read: a server answers at the end of its turn.
                questions = asked.pop(connection)
                all_done = len(_DONE.findall(data)) >= len(questions)
                for id_, since in questions:
                    at = written.get(id_, -1)
                    if all_done or at > since:  # else it was refused, and there was nothing to write
                        found.acknowledged.append(id_)
                        if not since < at < synced:
                            found.too_early.append(id_)
    return found
