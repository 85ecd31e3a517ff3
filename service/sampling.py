"""Which spans are kept: what follows from one that is kept, and else what OTEL_TRACES_SAMPLER says."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes


class _Linked(Sampler):
    def __init__(self, otherwise: Sampler) -> None:
        self._otherwise = otherwise

    def should_sample(
        self, parent_context: Context | None, trace_id: int, name: str, kind: SpanKind | None = None,
        attributes: Attributes = None, links: Sequence[Link] | None = None, trace_state: TraceState | None = None,
    ) -> SamplingResult:  # fmt: skip
        follows = any(link.context.trace_flags.sampled for link in links or ())
        chosen = ALWAYS_ON if follows else self._otherwise
        return chosen.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"Linked({self._otherwise.get_description()})"


def linked(otherwise: Sampler) -> Sampler:
    """Return a sampler that keeps whatever has a link to a span that is kept."""
    return _Linked(otherwise)
