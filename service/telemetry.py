"""Logs and metrics. Fields are ids, counts and seconds: places and names never get in."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

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


def _without_message(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # An error's message may repeat what people sent: only its type and the way to it are logged.
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        event["exception"] = kind.__name__ if kind else ""
        event["frames"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
    return event


def share_metrics(directory: Path) -> None:
    """Let this process's metrics be read together with those of the others on this machine."""
    directory.mkdir(parents=True, exist_ok=True)
    os.environ[_SHARED] = str(directory)


def clean_metrics(directory: Path) -> None:
    """Drop what processes of an earlier run left; for the supervisor, before it starts any."""
    for left in directory.glob("*.db"):
        left.unlink()


def exposition() -> bytes:
    """Return all metrics in Prometheus's text format, those of sister processes included."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if _SHARED not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
