"""Who solves the parts of a market too large for one process: a pool of processes, threads, or a Dask cluster.

What is lost with a worker is said in the log, and the next part asked for starts a new pool, or connects anew.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from multiprocessing.connection import wait
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Any, NamedTuple, Self

import structlog

from matching import Budget, Deadline, Parts, warm_up
from service.clock import monotonic_s
from service.errors import SettingError

_DASK = "dask://"
_CONNECT_S = 5.0
_AGAIN_S = 10.0  # after workers were out of reach: a batch does not wait for them twice
_stop: Event | None = None  # of a worker process, from the one that started it
log = structlog.get_logger()


class _Running(NamedTuple):
    """Workers that are there: how many, who hands them work, and the errors that say that they are lost."""

    executor: Executor
    size: int
    losses: tuple[type[BaseException], ...]
    close: Callable[[], None]


class Workers(Executor):
    """Starts workers when the first part comes, and again after they are lost.

    Parameters
    ----------
    name
        The setting: empty for a process for each core (a thread where there is one core), ``threads``, or
        ``dask://host:port`` of a scheduler whose workers have this package, too.

    Raises
    ------
    SettingError
        If Dask is named and not installed.
    """

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._again_s = 0.0
        self._stop = threading.Event()
        self._shared_stop: Event | None = None
        self._start: Callable[[], _Running] = self._start_processes
        if name.startswith(_DASK):
            if find_spec("distributed") is None:
                raise SettingError("CARPOOL_EXECUTOR names a Dask cluster; that needs pip install 'carpool[scale]'")
            self._start = partial(_connect, name.removeprefix(_DASK))
        elif name == "threads" or _cores() == 1:
            self._start = _start_threads
        self._kind = name or "processes"

    def parts(self) -> Parts:
        """Return how the engine hands parts to these workers."""
        if self._start == self._start_processes:
            return Parts(self, self.count, _allow_in_process)
        if self._start == _start_threads:
            return Parts(self, self.count, self._allow_in_thread)
        return Parts(self, self.count, partial(Deadline, monotonic_s))

    def count(self) -> int:
        """Return how many parts are solved at once. Raises BrokenExecutor where there are no workers to be had."""
        return self._there().size

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand work to a worker; if that is lost, the future raises BrokenExecutor."""
        running = self._there()
        asked: Future[Any] = Future()
        try:
            done = running.executor.submit(fn, *args, **kwargs)
        except running.losses as loss:
            self._drop(running, loss)
            raise BrokenExecutor(str(loss)) from loss
        asked.add_done_callback(lambda future: future.cancelled() and done.cancel())
        done.add_done_callback(partial(self._settle, running, asked))
        return asked

    def stop(self) -> None:
        """Let the parts under way come to an end; for the end of this process."""
        self._stop.set()
        if self._shared_stop is not None:
            self._shared_stop.set()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Stop, and end the workers."""
        del wait, cancel_futures  # nothing is left to wait for
        self.stop()
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()

    def __enter__(self) -> Self:
        return self

    def _there(self) -> _Running:
        with self._lock:
            if self._running is None:
                if monotonic_s() < self._again_s:
                    raise BrokenExecutor(f"no workers for parts ({self._kind})")
                try:
                    self._running = self._start()
                except OSError as reason:
                    self._again_s = monotonic_s() + _AGAIN_S
                    log.error("workers_out_of_reach", kind=self._kind, reason=str(reason))
                    raise BrokenExecutor(f"no workers for parts ({self._kind}): {reason}") from reason
            return self._running

    def _settle(self, running: _Running, asked: Future[Any], done: Future[Any]) -> None:
        if not asked.set_running_or_notify_cancel():
            return
        error: BaseException | None = BrokenExecutor("cancelled") if done.cancelled() else done.exception()
        if isinstance(error, running.losses):
            self._drop(running, error)
            asked.set_exception(error if isinstance(error, BrokenExecutor) else BrokenExecutor(str(error)))
        elif error is not None:
            asked.set_exception(error)
        else:
            asked.set_result(done.result())

    def _drop(self, running: _Running, loss: BaseException) -> None:
        with self._lock:
            if self._running is not running:
                return
            self._running = None
        if not self._stop.is_set():
            log.error("workers_lost", kind=self._kind, reason=str(loss))
        threading.Thread(target=running.close, daemon=True).start()  # not from the pool's own thread

    def _start_processes(self) -> _Running:
        context = multiprocessing.get_context("spawn")
        self._shared_stop = context.Event()
        if self._stop.is_set():
            self._shared_stop.set()
        count = _cores()
        pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin_worker, initargs=(self._shared_stop,))
        return _Running(pool, count, (BrokenExecutor,), partial(pool.shutdown, wait=True, cancel_futures=True))

    def _allow_in_thread(self, limit_s: float) -> Budget:
        return _allow(self._stop, limit_s)


def _cores() -> int:
    return os.cpu_count() or 1


def _allow(stop: Event | threading.Event, limit_s: float) -> Budget:
    """Return a budget of so many seconds, none of which are left once it is time to stop."""
    deadline = Deadline(monotonic_s, limit_s)
    return lambda: 0.0 if stop.is_set() else deadline()


def _allow_in_process(limit_s: float) -> Budget:
    if _stop is None:
        raise RuntimeError("this is no worker process")
    return _allow(_stop, limit_s)


def _begin_worker(stop: Event) -> None:
    """Get a worker process ready: it ends with its parent, whatever ends that."""
    global _stop  # noqa: PLW0603 - a process is one worker
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal; the parent ends its workers
    threading.Thread(target=_end_with_parent, daemon=True, name="parent-watch").start()
    warm_up()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # whatever the other threads are at


def _start_threads() -> _Running:
    count = _cores()
    pool = ThreadPoolExecutor(count, "part")
    return _Running(pool, count, (BrokenExecutor,), partial(pool.shutdown, wait=True, cancel_futures=True))


def _connect(address: str) -> _Running:
    from distributed import Client
    from distributed.client import FutureCancelledError
    from distributed.comm import CommClosedError
    from distributed.scheduler import KilledWorker

    client = Client(f"tcp://{address}", timeout=_CONNECT_S, set_as_default=False)
    try:
        client.wait_for_workers(1, timeout=_CONNECT_S)
        client.run(warm_up)
    except BaseException:
        client.close(timeout=_CONNECT_S)
        raise
    count = sum(client.nthreads().values())
    losses = (BrokenExecutor, CommClosedError, KilledWorker, FutureCancelledError, OSError, TimeoutError)
    return _Running(client.get_executor(pure=False, retries=0), count, losses, partial(client.close, _CONNECT_S))
