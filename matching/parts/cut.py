"""Recursive bisection: each piece is cut across the axis, and at the place, where the least weight of edges crosses.

The axes are the long and the broad sides of where trips start, where they end and both at once, their diagonals, and
time. A place is as good as the weight it cuts over the product of the sizes on its sides (the ratio cut of Wei and
Cheng 1989, doi:10.1109/ICCAD.1989.76957), among places near the middle.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.milp import F64
from matching.parts.graph import Graph
from matching.tables import I64

_FROM, _TO, _PLACES = 0.4, 0.6, 21  # of a piece's nodes, and places tried between


def cut(graph: Graph, most: int) -> I64:
    """Return the number of the part of each trip, (O + R,); a part has at most ``most`` trips, or one node."""
    label = np.zeros(len(graph.size), np.int64)
    parts = 0
    pieces = [(np.arange(len(graph.size)), np.arange(len(graph.weight)))]
    local = np.zeros(len(graph.size), np.int64)
    while pieces:
        nodes, edges = pieces.pop()
        if len(nodes) < 2 or graph.size[nodes].sum() <= most:
            label[nodes] = parts
            parts += 1
            continue
        local[nodes] = np.arange(len(nodes))
        ends = local[graph.ends[edges]]
        high = _best_side(graph.spot[nodes], graph.size[nodes], ends, graph.weight[edges])
        for side in (high, ~high):
            inside = side[ends[:, 0]] & side[ends[:, 1]]
            pieces.append((nodes[side], edges[inside]))
    return label[graph.node]


class _Place(NamedTuple):
    """A place to cut, and what is lost there."""

    loss: float
    axis: F64
    at: float


def _best_side(spot: F64, size: I64, ends: I64, weight: F64) -> np.ndarray:
    """Say of each node whether it lies above the best cut; half of them do where all lie at one place."""
    best: _Place | None = None
    for axis in _axes(spot).T:
        place = _best_place(axis, size, ends, weight)
        if place is not None and (best is None or place.loss < best.loss):
            best = place
    if best is None:
        return np.arange(len(size)) >= len(size) // 2
    return np.asarray(best.axis >= best.at)


def _axes(spot: F64) -> F64:
    """Return the positions of nodes along each axis, (n, 13)."""
    sides = []
    for fields in (slice(0, 3), slice(3, 6), slice(0, 6)):
        centred = spot[:, fields] - spot[:, fields].mean(axis=0)
        _, vectors = np.linalg.eigh(centred.T @ centred)
        long, broad = vectors[:, -1], vectors[:, -2]
        sides.append(centred @ np.stack([long, broad, long + broad, long - broad], axis=1))
    return np.hstack([*sides, spot[:, 6:]])


def _best_place(axis: F64, size: I64, ends: I64, weight: F64) -> _Place | None:
    """Return the best place across an axis; None where nothing lies on one side of each."""
    order = np.argsort(axis, kind="stable")
    places = np.unique(np.quantile(axis[order], np.linspace(_FROM, _TO, _PLACES)))
    lower = np.concatenate([[0], np.cumsum(size[order])])[np.searchsorted(axis[order], places)]
    product = lower * (size.sum() - lower)
    if not product.any():
        return None
    one, other = axis[ends[:, 0]], axis[ends[:, 1]]
    begin = np.searchsorted(places, np.minimum(one, other), "right")
    end = np.searchsorted(places, np.maximum(one, other), "right")
    crossing = np.cumsum(np.bincount(begin, weight, len(places) + 1) - np.bincount(end, weight, len(places) + 1))[:-1]
    loss = np.where(product > 0, (crossing + 1e-9) / np.maximum(product, 1), np.inf)
    n = int(np.argmin(loss))
    return _Place(float(loss[n]), axis, float(places[n]))
