"""A context whose clock goes, for loops that wait."""

from __future__ import annotations

import pytest

from service.clock import SystemClock
from service.settings import Settings
from service.store.client import Store
from service.usecases.context import Context


@pytest.fixture
def real_context(store: Store) -> Context:
    return Context(store, SystemClock(), Settings(batch_interval_s=0.3))
