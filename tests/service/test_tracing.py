"""Spans: nothing where they are off, fixed attributes where they are on, and what follows from a kept one is kept."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from opentelemetry.trace import StatusCode

from service import tracing
from service.sampling import linked

KEPT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
DROPPED = KEPT[:-1] + "0"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> InMemorySpanExporter:
    """Spans that are kept by a sampler of this test's, or all."""
    sampler: Sampler = getattr(request, "param", ALWAYS_ON)
    provider = TracerProvider(sampler=linked(sampler))
    kept = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    return kept


def test_off_there_is_nothing_and_nothing_is_imported() -> None:
    assert tracing.traceparent() == ""
    with tracing.span("a", parent=KEPT) as one, tracing.effect("b", [KEPT]) as other:
        one.set(anything="at all")
        assert one is other
    program = "import sys, service.tracing; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_span_is_under_its_caller_and_says_what_it_may(exporter: InMemorySpanExporter) -> None:
    with tracing.span("POST", "server", parent=KEPT) as span:
        assert tracing.trace_id(tracing.traceparent()) == KEPT.split("-")[1]
        span.rename("POST /v1/offers")
        span.set(route="/v1/offers", status=503, error="503", market=None)
        span.end()
        span.set(route="/too/late")
    (ended,) = exporter.get_finished_spans()
    assert ended.name == "POST /v1/offers"
    assert ended.parent is not None
    assert f"{ended.parent.span_id:016x}" == KEPT.split("-")[2]
    assert dict(ended.attributes or {}) == {
        "http.route": "/v1/offers", "http.response.status_code": 503, "error.type": "503",
    }  # fmt: skip
    assert ended.status.status_code is StatusCode.ERROR
    with pytest.raises(KeyError), tracing.span("a") as other:
        other.set(name="Ada")


def test_an_error_is_its_type_alone(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Ada"), tracing.span("a"):
        raise ValueError("Ada lives at 52.3702")
    (ended,) = exporter.get_finished_spans()
    assert dict(ended.attributes or {}) == {"error.type": "ValueError"}
    assert not ended.events
    assert ended.status.description is None


@pytest.mark.parametrize("exporter", [ALWAYS_OFF], indirect=True)
def test_what_follows_from_a_kept_span_is_kept_and_nothing_else_is_made(exporter: InMemorySpanExporter) -> None:
    with tracing.span("batch"):
        with tracing.effect("propose", ["", DROPPED, "nonsense"]):
            pass
        with tracing.effect("propose", [DROPPED, KEPT], match="mat_1"):
            assert tracing.is_sampled(tracing.traceparent())
    (ended,) = exporter.get_finished_spans()
    assert [f"{link.context.span_id:016x}" for link in ended.links] == [KEPT.split("-")[2]]
