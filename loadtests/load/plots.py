"""Lines over the seconds of a run, as SVG that stands in a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT = 720, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 34, 26
# Colours that the colour-blind tell apart (Okabe and Ito, 2008).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_TICKS = 4
_MOST_MOMENTS = 8
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)


class Line(NamedTuple):
    """A name, and values at seconds; None where there is none."""

    name: str
    points: Sequence[tuple[float, float | None]]


def plot(title: str, lines: Sequence[Line], until_s: float = 1.0) -> str:
    """Return a plot from the run's first second to at least `until_s`; nothing where there is nothing to draw."""
    seen = [(x, y) for line in lines for x, y in line.points if y is not None]
    if not seen:
        return ""
    most_x, most_y = max(1.0, until_s, *(x for x, _ in seen)), _round_up(max(y for _, y in seen))
    drawn = [_line(line, colour, most_x, most_y) for line, colour in zip(lines, _COLOURS, strict=False)]
    keys = [_key(n, line.name, colour) for n, (line, colour) in enumerate(zip(lines, _COLOURS, strict=False))]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<text class="title" x="{_LEFT}" y="14">{escape(title)}</text>'
        f"{''.join(keys)}{_grid(most_x, most_y)}{''.join(drawn)}</svg>"
    )


def _at(x: float, y: float, most_x: float, most_y: float) -> tuple[float, float]:
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    return _LEFT + across * x / most_x, _TOP + down * (1 - y / most_y)


def _line(line: Line, colour: str, most_x: float, most_y: float) -> str:
    pieces: list[str] = []
    pen = "M"
    for x, y in line.points:
        if y is None:
            pen = "M"
            continue
        at_x, at_y = _at(x, y, most_x, most_y)
        pieces.append(f"{pen}{at_x:.1f} {at_y:.1f}")
        pen = "L"
    return f'<path d="{"".join(pieces)}" fill="none" stroke="{colour}" stroke-width="1.6"/>'


def _key(n: int, name: str, colour: str) -> str:
    return f'<text class="key" x="{_LEFT + 110 * n}" y="28" fill="{colour}">{escape(name)}</text>'


def _grid(most_x: float, most_y: float) -> str:
    parts: list[str] = []
    left, bottom = _at(0, 0, most_x, most_y)
    right, _ = _at(most_x, 0, most_x, most_y)
    for n in range(_TICKS + 1):
        y = most_y * n / _TICKS
        _, level = _at(0, y, most_x, most_y)
        parts.append(f'<path class="grid" d="M{left:.1f} {level:.1f}H{right:.1f}"/>')
        parts.append(f'<text class="tick" x="{left - 6:.1f}" y="{level + 4:.1f}" text-anchor="end">{_value(y)}</text>')
    for x in _moments(most_x):
        across, _ = _at(x, 0, most_x, most_y)
        parts.append(
            f'<text class="tick" x="{across:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{_clock(x)}</text>'
        )
    return "".join(parts)


def _value(y: float) -> str:
    return f"{y:,.0f}" if y >= 1000 else f"{y:.4g}"


def _moments(most_x: float) -> list[float]:
    """Return seconds to write below a plot, at even steps that a clock has."""
    step = next(
        (step for step in _STEPS_S if most_x <= step * _MOST_MOMENTS), _STEPS_S[-1] * math.ceil(most_x / 86_400)
    )
    return [step * n for n in range(int(most_x / step) + 1)]


def _clock(x: float) -> str:
    minutes, seconds = divmod(int(x), 60)
    return f"{minutes}:{seconds:02}"


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 4, 6, 8, 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if value <= step * power * (1 + 1e-9))
