"""Logs and metrics. Fields are ids, counts and seconds: places and names never get in."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

# The multi-process directory is read by prometheus_client when it is first imported: `share_metrics` comes before.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"


def configure_logging(level: str, process: str) -> None:
    """Write one JSON object a line to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_message,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process, pid=os.getpid())
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)
    sys.excepthook = _crash


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


def share_metrics(directory: Path) -> None:
    """Let this process's metrics be read together with those of the others on this machine."""
    directory.mkdir(parents=True, exist_ok=True)
    os.environ[_SHARED] = str(directory)


def clean_metrics(directory: Path) -> None:
    """Drop what processes of an earlier run left; for the supervisor, before it starts any."""
    for left in directory.glob("*.db"):
        left.unlink()


def mark_dead(pid: int, directory: Path) -> None:
    """Drop the gauges of a process that is gone; its counters stay."""
    for left in directory.glob(f"gauge_live*_{pid}.db"):
        left.unlink(missing_ok=True)


def exposition(of_store: Collector) -> bytes:
    """Return all metrics in Prometheus's text format: those of this process and its sisters, and of the store."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    own = CollectorRegistry()
    own.register(of_store)
    if _SHARED not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(own)
    MultiProcessCollector(own)  # type: ignore[no-untyped-call]
    return generate_latest(own)
