"""How often a process has its file synced: strace's count of the system calls, while a block runs."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")
_ATTACHED = b"attached"
_LINE = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*\b(?:fdatasync|fsync)$", re.MULTILINE)


async def count_fsyncs(pid: int, act: Callable[[], Awaitable[Result]]) -> tuple[Result, int | None]:
    """Return what `act` returned, and how often the process synced meanwhile; None where it can not be traced."""
    strace = shutil.which("strace")
    if strace is None:
        return await act(), None
    tracer = await asyncio.create_subprocess_exec(
        strace, "-f", "-c", "-e", "trace=fdatasync,fsync", "-p", str(pid),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert tracer.stderr is not None  # noqa: S101 - it is a pipe
    first = await tracer.stderr.readline()
    if _ATTACHED not in first:
        await tracer.wait()
        return await act(), None
    result = await act()
    tracer.terminate()
    told = (await tracer.stderr.read()).decode()
    await tracer.wait()
    return result, sum(map(int, _LINE.findall(told)))
