"""OpenTelemetry traces, where they are wanted: from a call, through the batch that matches it, to the webhook.

Queues lie between the three, so each is a trace of its own that has links to what caused it: a trip and an event carry
their cause as a W3C ``traceparent``, and where a call is sampled, so is what follows from it. Attributes are those of
`_NAMES` and no others: ids, counts and kinds; an error is its type alone. Without `start` nothing of OpenTelemetry is
imported, and a span is one call that does nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

from service.errors import SettingError

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext, Tracer

Kind = Literal["server", "client", "internal"]
Value = str | int | float
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2}).*")
_SAMPLED = 1
_EXPORT_S = 3  # an end waits no longer for a collector that is away
# The names of HTTP are those of OpenTelemetry's semantic conventions 1.43.
_NAMES = {
    "method": "http.request.method", "route": "http.route", "status": "http.response.status_code",
    "error": "error.type", "market": "carpool.market", "batch": "carpool.batch", "match": "carpool.match",
    "event": "carpool.event", "event_type": "carpool.event.type", "endpoint": "carpool.endpoint",
    "attempt": "carpool.attempt", "offers": "carpool.batch.offers", "requests": "carpool.batch.requests",
    "matches": "carpool.batch.matches", "outcome": "carpool.outcome",
}  # fmt: skip
_tracer: Tracer | None = None


class Mark:
    """A span under way; this one is none, and does nothing."""

    def set(self, **attributes: Value | None) -> None:
        """Give it attributes; those that are None are left out."""

    def rename(self, name: str) -> None:
        """Give it the name that is known by now."""

    def end(self) -> None:
        """End it before its block does."""


_OFF: AbstractContextManager[Mark] = nullcontext(Mark())


def start(role: str) -> None:
    """Send the spans of this process to where `OTEL_EXPORTER_OTLP_ENDPOINT` says. Raises SettingError."""
    global _tracer  # noqa: PLW0603 - one to a process, as logs are
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from service.sampling import linked
    except ImportError:
        raise SettingError("CARPOOL_TRACES needs OpenTelemetry: pip install 'carpool[otel]'") from None
    provider = TracerProvider(resource=Resource.create({"service.namespace": "carpool", "service.name": role}))
    wait_s = None if "OTEL_EXPORTER_OTLP_TIMEOUT" in os.environ else _EXPORT_S
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=wait_s)))
    provider.sampler = linked(provider.sampler)
    _tracer = provider.get_tracer("carpool")


def span(
    name: str, kind: Kind = "internal", *, parent: str = "", links: Iterable[str] = (), **attributes: Value | None
) -> AbstractContextManager[Mark]:
    """Return a block that is a span, under a ``traceparent`` or the span around it, with links to others.

    `attributes`: by the short names of `_NAMES`.
    """
    if _tracer is None:
        return _OFF
    return _span(_tracer, name, kind, parent, links, attributes)


def effect(
    name: str, causes: Iterable[str], kind: Kind = "internal", **attributes: Value | None
) -> AbstractContextManager[Mark]:
    """Return a block that is a span with links to what caused it; none where no span of the causes is kept."""
    if _tracer is None:
        return _OFF
    kept = [cause for cause in causes if is_sampled(cause)]
    return _span(_tracer, name, kind, "", kept, attributes) if kept else _OFF


def traceparent() -> str:
    """Return the span around this as a W3C ``traceparent``; empty where there is none."""
    if _tracer is None:
        return ""
    from opentelemetry.trace import get_current_span

    context = get_current_span().get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def trace_id(of_traceparent: str | None) -> str | None:
    """Return the trace that a ``traceparent`` names, None where it is none."""
    found = _TRACEPARENT.fullmatch(of_traceparent or "")
    return found[1] if found else None


def is_sampled(of_traceparent: str) -> bool:
    """Tell whether spans are kept of what a ``traceparent`` names."""
    found = _TRACEPARENT.fullmatch(of_traceparent)
    return found is not None and bool(int(found[3], 16) & _SAMPLED)


class _Mark(Mark):
    def __init__(self, of: Span) -> None:
        self._span = of
        self._ended = False

    def set(self, **attributes: Value | None) -> None:
        from opentelemetry.trace import StatusCode

        known = {_NAMES[name]: value for name, value in attributes.items() if value is not None}
        if self._ended or not known:
            return
        self._span.set_attributes(known)
        if _NAMES["error"] in known:
            self._span.set_status(StatusCode.ERROR)

    def rename(self, name: str) -> None:
        if not self._ended:
            self._span.update_name(name)

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            self._span.end()


@contextmanager
def _span(
    tracer: Tracer, name: str, kind: Kind, parent: str, links: Iterable[str], attributes: dict[str, Value | None]
) -> Iterator[Mark]:
    from opentelemetry import trace

    above = _context(parent)
    made = tracer.start_span(
        name, trace.set_span_in_context(trace.NonRecordingSpan(above)) if above is not None else None,
        kind={"server": trace.SpanKind.SERVER, "client": trace.SpanKind.CLIENT}.get(kind, trace.SpanKind.INTERNAL),
        links=[trace.Link(context) for text in links if (context := _context(text)) is not None],
    )  # fmt: skip
    mark = _Mark(made)
    mark.set(**attributes)
    try:
        # What an error says may repeat what people sent: its type is told, as in the logs.
        with trace.use_span(made, record_exception=False, set_status_on_exception=False):
            yield mark
    except Exception as error:
        mark.set(error=type(error).__name__)
        raise
    finally:
        mark.end()


def _context(text: str) -> SpanContext | None:
    from opentelemetry.trace import SpanContext, TraceFlags

    found = _TRACEPARENT.fullmatch(text)
    if found is None:
        return None
    return SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(int(found[3], 16)))
