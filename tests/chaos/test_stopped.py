"""SIGTERM under load, and the next start: nothing that was acknowledged is lost, and who calls on notices a pause."""

from __future__ import annotations

import signal
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chaos.load import QUICK, at_work
from tests.chaos.soundness import assert_sound, key_of, tell
from tests.serving import Service, serving

pytestmark = pytest.mark.slow


def test_sigterm_under_load_loses_nothing_and_the_next_start_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with closing(Service(data, api_workers=2, **QUICK)) as first:
        partner, _ = first.partner()
        key = key_of(partner)
        with at_work(first.url, key, seed=7) as load:
            load.more(80, answers=2)
            first.stop(signal.SIGTERM)  # it sees that all is over within 30 s
            with serving(data, api_workers=2, port=urlsplit(first.url).port, **QUICK) as again:
                load.more(80, answers=2)
                with load.at_rest() as told:
                    assert_sound(again, again.client(key), told)
                load.end()
        tell("SIGTERM", acknowledged=load.told.count, instead_of_answers=load.seen)
