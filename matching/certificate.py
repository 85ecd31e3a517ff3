"""The duals behind a bound, by the names of the trips: what anyone needs to prove the bound again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matching.duals import exact_duals
from matching.milp import F64
from matching.model import Certificate, Cut, Instance, Offer, Request
from matching.rows import Rows


def certificate_of(instance: Instance, rows: Rows, dual: F64) -> Certificate:
    """Return the certificate that the duals of all rows, ``dual`` (rows,), make."""
    offer, request, either, cut, back = (part.tolist() for part in rows.split(exact_duals(rows, dual)))
    groups = dict.fromkeys(t.either for t in instance.trips if t.either is not None)
    return Certificate(
        offers=_named((o.id for o in instance.offers), offer),
        requests=_named((r.id for r in instance.requests), request),
        eithers=_named(groups, either),
        returns=_named((instance.requests[n].id for n in rows.returns[:, 0].tolist()), back),
        cuts=tuple(_cut(instance.trips, three, d) for three, d in zip(rows.cuts.tolist(), cut, strict=True) if d),
    )


def _cut(trips: Sequence[Offer | Request], three: list[int], dual: float) -> Cut:
    first, second, third = (trips[trip].id for trip in three)
    return Cut((first, second, third), dual)


def _named(names: Iterable[str], duals: list[float]) -> dict[str, float]:
    return {name: dual for name, dual in zip(names, duals, strict=True) if dual}
