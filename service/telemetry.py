"""Logs and metrics. Fields are ids, counts and seconds: places and names never get in."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

# The multi-process directory is read by prometheus_client when it is first imported: `share_metrics` comes before.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
LEVEL_SIGNALS = (signal.SIGUSR1, signal.SIGUSR2)


def configure_logging(level: str, process: str) -> None:
    """Write one JSON object a line to standard error.

    SIGUSR1 makes this process tell everything from then on, SIGUSR2 what the level says again.
    """
    _Level.configured = _Level.now = logging.getLevelNamesMapping()[level.upper()]
    if threading.current_thread() is threading.main_thread():
        for number in LEVEL_SIGNALS:
            signal.signal(number, _change_level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_message,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=_Levelled,
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process, pid=os.getpid())
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)
    sys.excepthook = _crash


class _Level:
    """From which level on lines are written: as configured, and now."""

    configured = now = logging.INFO


def _change_level(number: int, _: FrameType | None) -> None:
    _Level.now = logging.DEBUG if number == signal.SIGUSR1 else _Level.configured


class _Levelled(structlog.make_filtering_bound_logger(logging.DEBUG)):  # type: ignore[misc]
    """Looks at the level at each line, so that it may change while loggers are in use."""

    def debug(self, event: str, *args: Any, **fields: Any) -> Any:
        return super().debug(event, *args, **fields) if _Level.now <= logging.DEBUG else None

    def info(self, event: str, *args: Any, **fields: Any) -> Any:
        return super().info(event, *args, **fields) if _Level.now <= logging.INFO else None

    def warning(self, event: str, *args: Any, **fields: Any) -> Any:
        return super().warning(event, *args, **fields) if _Level.now <= logging.WARNING else None


class _Library(logging.Handler):
    """Lines of libraries: who and how bad, and where an error came from; not their words, which may repeat data."""

    def emit(self, record: logging.LogRecord) -> None:
        where = {"logger": record.name, "template": record.msg if isinstance(record.msg, str) and record.args else ""}
        structlog.get_logger().warning("library", severity=record.levelname, **where, **_told(record.exc_info))


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger().error("crashed", **_told((kind, error, trace)))


def _told(exc_info: Any) -> dict[str, Any]:
    kind, _, trace = exc_info or (None, None, None)
    if kind is None:
        return {}
    frames = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return {"exception": kind.__name__, "frames": frames}


def _without_message(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # An error's message may repeat what people sent: only its type and the way to it are logged.
    if event.pop("exc_info", None):
        event.update(_told(sys.exc_info()))
    return event


def share_metrics(directory: Path, name: str | None = None) -> None:
    """Let this process's metrics be read together with those of the others on this machine.

    Under a ``name`` that no other process has at the time, it goes on counting where the last of that name ended;
    without one it counts in files of its own, which are left when it ends.
    """
    directory.mkdir(parents=True, exist_ok=True)
    os.environ[_SHARED] = str(directory)
    if name is not None:
        from prometheus_client import values

        values.ValueClass = values.MultiProcessValue(lambda: name)  # type: ignore[no-untyped-call]


def clean_metrics(directory: Path) -> None:
    """Drop what processes of an earlier run left; for the supervisor, before it starts any."""
    for left in directory.glob("*.db"):
        left.unlink()


def mark_dead(name: str, directory: Path) -> None:
    """Drop the gauges of a process that is gone; its counters stay for the next of its name."""
    for left in directory.glob(f"gauge_live*_{name}.db"):
        left.unlink(missing_ok=True)


def exposition(of_store: Collector | None = None) -> bytes:
    """Return all metrics in Prometheus's text format: those of this process and its sisters, and of the store."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    own = CollectorRegistry()
    if of_store is not None:
        own.register(of_store)
    if _SHARED not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(own)
    MultiProcessCollector(own)  # type: ignore[no-untyped-call]
    return generate_latest(own)
