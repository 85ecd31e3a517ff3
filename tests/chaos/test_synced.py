"""A write is on disk before it is answered, also where many come at once and share one sync."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.load import QUICK, at_work
from tests.chaos.soundness import key_of, tell
from tests.chaos.trace import read_trace, traced
from tests.serving import serving

pytestmark = pytest.mark.slow


def test_every_acknowledged_write_was_synced_before_its_answer(tmp_path: Path) -> None:
    with serving(tmp_path / "data", **QUICK) as service:
        partner, _ = service.partner()
        with traced(service.role("store").pid, tmp_path / "trace"):
            with at_work(service.url, key_of(partner), seed=3, writers=24) as load:
                load.more(600, answers=5)
            told = load.told
    trace = read_trace(tmp_path / "trace")
    assert trace.too_early == []
    told_of = {path.rsplit("/", 1)[1] for path in told.trips} | {match_id for match_id, _ in told.answers}
    assert told_of <= set(trace.acknowledged), "the trace shows every trip and match that was acknowledged"
    assert trace.syncs < len(trace.acknowledged), "many share one sync"
    tell("syncs", acknowledged=told.count, shown_in_order=len(trace.acknowledged), syncs=trace.syncs)
