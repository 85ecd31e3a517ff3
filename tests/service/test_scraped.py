"""What `carpool top` makes of two looks at metrics."""

from __future__ import annotations

from service.cli.scraped import per_s, quantile_s, read

BEFORE = """# TYPE calls counter
calls_total{status="200"} 10
calls_total{status="503"} 1
# TYPE took histogram
took_bucket{le="0.1"} 5
took_bucket{le="1.0"} 5
took_bucket{le="+Inf"} 5
took_sum 0.2
took_count 5
"""
NOW = """# TYPE calls counter
calls_total{status="200"} 30
calls_total{status="503"} 1
# TYPE took histogram
took_bucket{le="0.1"} 6
took_bucket{le="1.0"} 14
took_bucket{le="+Inf"} 15
took_sum 9.2
took_count 15
"""


def test_a_counter_is_told_by_its_growth() -> None:
    before, now = read(BEFORE, 100.0, {}), read(NOW, 104.0, {})
    assert per_s(before, now, "calls_total") == 5.0
    assert per_s(before, now, "calls_total", status="503") == 0.0
    assert now.by("calls_total", "status") == {"200": 30.0, "503": 1.0}
    assert per_s(None, now, "calls_total") is None
    assert per_s(now, read(BEFORE, 105.0, {}), "calls_total") is None  # started anew


def test_a_quantile_is_of_what_came_between() -> None:
    before, now = read(BEFORE, 100.0, {}), read(NOW, 104.0, {})
    assert quantile_s(before, now, "took", 0.5) == 1.0
    assert quantile_s(before, now, "took", 0.99) == float("inf")
    assert quantile_s(None, before, "took", 0.5) == 0.1
    assert quantile_s(now, now, "took", 0.5) is None
