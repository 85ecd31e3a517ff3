"""How processes and threads are bound to who started them: nothing is left running, nothing holds an end up."""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import resource
import select
import signal
import struct
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")
Run = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""What runs until its event is set."""
_PR_SET_PDEATHSIG = 1
_NICENESS = 10
_TURN_NS = 100_000_000
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}  # the call's number on each kind of machine


def die_with_parent() -> None:
    """Ask the kernel to send SIGTERM when the parent is gone; for `preexec_fn`, a no-op where there is no prctl.

    The kernel's parent is the thread that started the child: start children from a thread that stays.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_when_input_closes() -> None:
    """Send this process SIGTERM when its standard input ends: the portable sign that the parent is gone."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True, name="parent-watch").start()


async def until_stopped(run: Run) -> None:
    """Run what ends once its event is set; SIGTERM or SIGINT sets it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(stop)


class Ending:
    """That a process is to end: said by a signal's handler, waited for by the thread that the handler interrupts.

    A pipe, as a handler may come at any moment: with an Event it would wait for ever for the lock that this very
    thread holds while it begins or ends to wait.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._poll = select.poll()
        self._poll.register(self._reader, select.POLLIN)

    def say(self) -> None:
        """Say that the process is to end."""
        with suppress(BlockingIOError):  # said often enough
            os.write(self._writer, b".")

    def is_said(self) -> bool:
        """Tell whether it was said."""
        return self.wait(0.0)

    def wait(self, seconds: float) -> bool:
        """Wait until it is said, but no longer than so many seconds; tell whether it was."""
        return bool(self._poll.poll(1000 * seconds))


def come_last() -> None:
    """Have this thread, and threads and processes that it starts from now on, make way for others that have work.

    Niceness says how large a share of a processor it gets, but not how soon another gets its turn: Linux' scheduler
    lets who runs go on to the end of a turn, unless who wakes asked for shorter ones [1]. So it asks for the longest,
    where that is heard: on Linux 6.12 and later.

    [1] I. Stoica, H. Abdel-Wahab: Earliest Eligible Virtual Deadline First. Old Dominion University, TR-95-22, 1995.
    """
    os.nice(_NICENESS)
    number = _SCHED_SETATTR.get(platform.machine()) if sys.platform == "linux" else None
    if number is not None:
        niceness, policy = os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)
        # struct sched_attr: its size, policy, flags, niceness, priority; runtime (the turn, in ns), deadline, period
        attributes = struct.pack("=IIQiIQQQ", 48, policy, 0, niceness, 0, _TURN_NS, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, attributes, 0)  # where it is refused, niceness has to do


def allow_open_files(wanted: int) -> None:
    """Let this process have so many files and connections open, as far as the system allows; often it is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def aside(function: Callable[[], Result]) -> Result:
    """Run a function in a thread that does not keep the process from ending, and return its result."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = function()
        except BaseException as caught:  # noqa: BLE001 - raised again where the result is awaited
            error = caught
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, daemon=True).start()
    return await future
