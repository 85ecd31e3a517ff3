"""When a delivery is tried again, and when it is given up on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.schedule import Next, next_step, retry_after_s

CONTRACT = (5, 300, 1800, 7200, 18_000, 36_000, 36_000)
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    assert next_step(1, status, None, 0.5, CONTRACT) == Next("done")


@pytest.mark.parametrize("status", [None, 100, 199, 300, 302, 400, 404, 409, 429, 500, 503])
def test_anything_else_is_tried_again_on_the_contracts_schedule(status: int | None) -> None:
    waits = [next_step(made, status, None, 0.5, CONTRACT) for made in range(1, 9)]
    assert waits == [*[Next("again", base) for base in CONTRACT], Next("end")]


def test_gone_ends_the_endpoint_at_any_attempt() -> None:
    assert {next_step(made, 410, None, 0.5, CONTRACT).step for made in range(1, 10)} == {"gone"}


@given(made=st.integers(1, 7), draw=st.floats(0, 1, exclude_max=True), asked=st.none() | st.floats(0, 1e6))
def test_waits_stay_within_jitter_or_what_was_asked_for(made: int, draw: float, asked: float | None) -> None:
    base = CONTRACT[made - 1]
    after = next_step(made, 503, asked, draw, CONTRACT).after_s
    assert after >= 0.8 * base
    assert after <= max(1.2 * base, min(asked or 0.0, 3600.0))
    assert after >= min(asked or 0.0, 3600.0)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None), ("120", 120.0), (" 7 ", 7.0), ("Tue, 24 Nov 2026 06:02:00 GMT", 120.0),
        ("Tue, 24 Nov 2026 05:00:00 GMT", 0.0), ("soon", None), ("-5", None), ("1.5", None), ("9" * 400, 999_999_999.0),
        ("Tue, 99 Nov 2026 06:02:00 GMT", None), ("٣", None),
    ],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(header: str | None, expected: float | None) -> None:
    assert retry_after_s(header, NOW) == expected
