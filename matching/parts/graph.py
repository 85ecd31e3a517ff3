"""The graph that is cut: trips that stay together as one node, and pairs of an offer and a request as its edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.candidates import Pairs
from matching.columns import Columns
from matching.milp import F64
from matching.rows import Rows
from matching.tables import (
    I64,
    O_EARLIEST,
    O_FROM,
    O_LATEST,
    O_TO,
    R_DROPOFF,
    R_HOME,
    R_PICKUP,
    W_EARLIEST,
    W_LATEST,
    W_PLACE,
    Tables,
)
from matching.workspace import HEAD

_SAMPLE = 2_000  # offers whose pairs stand for all


class Graph(NamedTuple):
    """``node`` (O + R,): the node of each trip, offers first. ``size`` (n,): its trips; ``spot`` (n, 7): where it is.

    A spot is the origin and the destination on the unit sphere, and the middle of the time between them. ``ends``
    (m, 2) are the nodes of each edge, ``weight`` (m,) how much is lost where it is cut.
    """

    node: I64
    size: I64
    spot: F64
    ends: I64
    weight: F64


def sample_pairs(pairs: Pairs) -> I64:
    """Return the rows of some offers, evenly drawn."""
    offers = len(pairs.ptr) - 1
    drawn: I64 = pairs.rows[pairs.rows[:, 0] % max(1, offers // _SAMPLE) == 0]
    return drawn


def build_graph(tables: Tables, rows: Rows, pairs: I64, chosen: Columns) -> Graph:
    """Return the graph over ``pairs``; what rules tie together, and the cars ``chosen``, are nodes each.

    A car's nearest riders weigh most: of many, it can spare those farther away.
    """
    offers, requests = rows.offers, rows.requests
    node = _nodes(offers + requests, _ties(tables, rows, chosen))
    _, first, node = np.unique(node, return_index=True, return_inverse=True)
    rank = np.arange(len(pairs)) - np.searchsorted(pairs[:, 0], pairs[:, 0])
    return Graph(
        node=node,
        size=np.bincount(node, minlength=len(first)),
        spot=_spots(tables)[first],
        ends=np.stack([node[pairs[:, 0]], node[offers + pairs[:, 1]]], axis=1),
        weight=np.asarray(1.0 / (1.0 + rank), np.float64),
    )


def straddles(labels: I64, pairs: I64, offers: int) -> NDArray[np.bool_]:
    """Say of each pair whether its trips have different ``labels`` (O + R,)."""
    return np.asarray(labels[pairs[:, 0]] != labels[offers + pairs[:, 1]], np.bool_)


def _spots(tables: Tables) -> F64:
    trips = tables.trips
    places, offers = trips.travel.places[:, :3], trips.offers
    pickup, dropoff = trips.ways[trips.requests[:, R_PICKUP]], trips.ways[trips.requests[:, R_DROPOFF]]
    start = np.concatenate([offers[:, O_EARLIEST], pickup[:, W_EARLIEST]])
    end = np.concatenate([offers[:, O_LATEST], dropoff[:, W_LATEST]])
    origin = places[np.concatenate([offers[:, O_FROM], pickup[:, W_PLACE]])]
    destination = places[np.concatenate([offers[:, O_TO], dropoff[:, W_PLACE]])]
    return np.hstack([origin, destination, ((start + end) / 2)[:, None]])


def _ties(tables: Tables, rows: Rows, chosen: Columns) -> I64:
    """Return pairs of trips (n, 2) that stay together."""
    offers = rows.offers
    at, slot = np.nonzero(chosen[:, HEAD:] >= 0)
    home = tables.trips.requests[:, R_HOME]
    held = np.flatnonzero(home >= 0)
    group = np.concatenate([rows.offer_group, rows.request_group])
    member = np.flatnonzero(group >= 0)
    leader = np.zeros(rows.groups, np.int64)
    leader[group[member]] = member
    return np.concatenate(
        [
            np.stack([chosen[at, 0], offers + chosen[at, HEAD + slot]], axis=1),
            np.stack([home[held], offers + held], axis=1),
            np.stack([leader[group[member]], member], axis=1),
            offers + rows.returns,
        ]
    )


def _nodes(trips: int, ties: I64) -> I64:
    """Return of each trip the least of all that it is tied to, over any number of others."""
    least = np.arange(trips)
    while True:
        low = np.minimum(least[ties[:, 0]], least[ties[:, 1]])
        known = least.copy()
        for end in (0, 1):
            np.minimum.at(least, ties[:, end], low)
        least = least[least]
        if np.array_equal(known, least):
            return least
